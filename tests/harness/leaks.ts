//! What nobody may ever be told: traces of the inside, and other tenants' ids. Every answer and every frame of every
//! test is looked at.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storage } from './server';

/** Source places, folders of machines, the words of a database or a crash. */
const INSIDE = /\b\w+\.rs:\d|\bat \S+\.(js|mjs|ts):\d|\/(root|home|work|tmp)\/|panicked at|RuntimeError|unreachable executed|SQLITE_|D1_ERROR|wasm-function/;

/** What of an answer is not for its reader; none if all is well. */
export function leak(text: string, token: string | undefined): string | undefined {
  const inside = INSIDE.exec(text);
  if (inside !== null) return `something of the inside: ${text.slice(Math.max(0, inside.index - 80), inside.index + 120)}`;
  const own = tenantOf(token);
  if (own === undefined) return undefined;
  const foreign = Object.entries(tenants()).find(([, id]) => id !== own && text.includes(id));
  return foreign === undefined ? undefined : `the id of the tenant ${foreign[0]}`;
}

/** What frames told since this was last looked at; `leakless.ts` looks after every test. */
export const told: string[] = [];

/** Looks at a frame that came in. An event has no caller to throw to, so what is found is kept. */
export function watch(frame: string, token: string): void {
  const leaked = leak(frame, token);
  if (leaked !== undefined) told.push(`a frame tells ${leaked}`);
}

/** Whose token or ticket it is; none for tokens that are none. */
function tenantOf(token: string | undefined): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as { tenant?: string };
    return claims.tenant;
  } catch {
    return undefined;
  }
}

let known: Record<string, string> | undefined;

/** The tenants of this storage by their slugs: the same as long as a file of tests runs. */
function tenants(): Record<string, string> {
  known ??= read();
  return known ?? {};
}

function read(): Record<string, string> | undefined {
  const file = join(storage(), 'tenants.json');
  if (!existsSync(file)) return undefined;
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { tenant_id: string }>;
  return Object.fromEntries(Object.entries(all).map(([slug, { tenant_id }]) => [slug, tenant_id]));
}
