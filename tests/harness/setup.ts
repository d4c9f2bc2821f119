//! Before the first file: the Workers run. After the last: nothing of them is left but their log.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from './database';
import { ROOT, kill, startFresh, storage, xtask } from './server';

/** A page of this origin may call the API for the tenant `birch`. */
export const ALLOWED_ORIGIN = 'https://school.example';

export async function setup(): Promise<void> {
  await startFresh();
  createClosed();
  const set = (slug: string, path: string, value: string) =>
    `UPDATE tenants SET settings = json_set(settings, '${path}', json('${value}')) WHERE slug = '${slug}';`;
  await sql(
    // Scripts ask more than people do.
    set('alder', '$.budgets', '{"tenant_per_minute":600000,"principal_per_minute":60000}') +
      set('birch', '$.origins', JSON.stringify([ALLOWED_ORIGIN])) +
      set('closed', '$.budgets', '{"tenant_per_minute":600,"principal_per_minute":10}'),
  );
}

/** A tenant that lets nobody host without an account, made by the command that people use. */
function createClosed(): void {
  const [program, first] = xtask();
  const args = ['tenant', 'create', '--slug', 'closed', '--name', 'No guests', '--json', '--persist-to', storage()];
  const printed = execFileSync(program, [...first, ...args], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const file = join(storage(), 'tenants.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as object;
  const closed = JSON.parse(printed.slice(printed.lastIndexOf('\n{') + 1)) as object;
  writeFileSync(file, JSON.stringify({ ...known, closed }));
}

export async function teardown(): Promise<void> {
  const folder = storage();
  await kill();
  if (process.env['KEEP_STORAGE'] === undefined && existsSync(folder)) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
