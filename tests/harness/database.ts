//! What is really stored: rows of D1 by SQL, files of R2 by looking into the storage folder.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, storage } from './server';

const run = promisify(execFile);

/** Runs statements on the database of the running storage; the rows of the last one. */
export async function sql<Row = Record<string, unknown>>(statement: string): Promise<Row[]> {
  const args = ['d1', 'execute', 'DB', '--local', '--json', '--yes', '--persist-to', storage(), '--command', statement];
  const env = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };
  for (let tries = 1; ; tries += 1) {
    try {
      const { stdout } = await run(join(ROOT, 'node_modules/.bin/wrangler'), args, { cwd: ROOT, env, maxBuffer: 64 << 20 });
      const answer = JSON.parse(stdout.slice(stdout.indexOf('['))) as { results: Row[] }[];
      return answer.at(-1)?.results ?? [];
    } catch (error) {
      // Two programs on one database: the other one may be writing.
      const said = String((error as { stdout?: string }).stdout ?? '') + String(error);
      if (tries === 5 || !/BUSY|locked/.test(said)) throw new Error(said);
    }
  }
}

/** The revisions of question sets that R2 has ever been given a file of, as far as its index remembers. */
export function revisions(): string[] {
  const folder = join(storage(), 'v3/r2/miniflare-R2BucketObject');
  const key = /ten_[0-9a-z]{26}\/question-sets\/set_[0-9a-z]{26}\/rev_[0-9a-z]{26}/g;
  const found = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => /\.sqlite(-wal)?$/.test(name))) {
    for (const [name] of readFileSync(join(folder, file), 'latin1').matchAll(key)) found.add(name);
  }
  return [...found];
}

/** How many files in R2 hold these bytes: what others store meanwhile does not count. */
export function filesWith(content: string | Uint8Array): number {
  const blobs = join(storage(), 'v3/r2/lectern-media/blobs');
  const wanted = Buffer.from(content);
  const holds = (name: string) => {
    try {
      return readFileSync(join(blobs, name)).includes(wanted);
    } catch {
      // It was removed just now.
      return false;
    }
  };
  return existsSync(blobs) ? readdirSync(blobs).filter(holds).length : 0;
}

/** Runs `work` while the database acts at certain inserts, as another request would in between. */
export async function withTrigger<T>(at: string, action: string, work: () => Promise<T>): Promise<T> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await sql(`CREATE TRIGGER ${name} ${at} BEGIN ${action}; END`);
  try {
    return await work();
  } finally {
    await sql(`DROP TRIGGER ${name}`);
  }
}
