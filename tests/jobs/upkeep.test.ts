//! Upkeep by cron. Locally a cron fires only through a test address of the Worker that has the port, so
//! `jobs` gets a port of its own here, on the same storage, while the front door is down.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, guest, must, type Api } from '../harness/api';
import { files, sql } from '../harness/database';
import { Player } from '../harness/player';
import { join as joinRun, ticket, type Run } from '../harness/run';
import { ROOT, freePort, kill, start, storage } from '../harness/server';
import { RawSocket } from '../harness/socket';
import { aSet, document, png, singleChoice, upload } from '../harness/sets';
import { eventually, sleep } from '../harness/time';

/** Runs the cron once, on the storage of the tests. */
async function cron(...vars: string[]): Promise<void> {
  await kill();
  const port = await freePort();
  const config = (worker: string) => ['--config', join(storage(), 'workers', worker, 'wrangler.json')];
  const args = ['dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--persist-to', storage(), '--test-scheduled', '--show-interactive-dev-session=false', ...vars.flatMap((text) => ['--var', text])];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_REGISTRY_PATH: join(storage(), 'registry') };
  const wrangler = spawn(join(ROOT, 'node_modules/.bin/wrangler'), [...args, ...config('jobs'), ...config('live')], { cwd: ROOT, env, detached: true, stdio: 'ignore' });
  try {
    await eventually('the cron', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*`).catch(() => undefined);
      return answer?.status === 200;
    }, 60_000, 200);
  } finally {
    end(wrangler);
  }
  await start();
}

function end(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

const one = async (statement: string) => (await sql<{ n: number }>(`SELECT (${statement}) AS n`))[0]!.n;

describe('the cron', () => {
  let owner: Api;
  let ada: Api & { session: string };
  let bob: Api & { session: string };
  let adas: { set: string; run: Run };
  let bobs: { set: string; run: Run };
  let seat: Awaited<ReturnType<typeof joinRun>>['body'];
  let before: number;

  const withPicture = () => document([{ ...singleChoice('Q'), image: { file: 'a.png', alt: 'A' } }]);
  const played = async (host: Api & { session: string }, colour: number) => {
    const set = must(await upload(host, 's.json', withPicture(), {}, [{ name: 'a.png', bytes: png(8, 8, colour) }]), 201).id;
    const run = must(await host.create('/v1/speedruns', { json: { question_set: set } }), 201);
    return { set, run };
  };

  beforeAll(async () => {
    owner = await client('alder');
    [ada, bob] = [await guest('alder'), await guest('alder')];
    const start = files();
    adas = await played(ada, 1);
    before = files() - start;
    bobs = await played(bob, 2);
    seat = must(await joinRun(adas.run, 'Pupil'), 201);
    await aSet(owner, [singleChoice('Kept')]);
    await sql(`UPDATE host_sessions SET expires_at = 1 WHERE id = '${ada.session}';
      INSERT INTO idempotency_keys (tenant_id, principal, route, key, body_hash, taken_at, created_at) VALUES ('t', 'p', 'r', 'old', 'h', 1, 1);
      INSERT INTO idempotency_keys (tenant_id, principal, route, key, body_hash, taken_at, created_at) VALUES ('t', 'p', 'r', 'new', 'h', 1, ${Date.now()});
      INSERT INTO join_codes (code, tenant_id, speedrun_id, link, expires_at) VALUES ('OLD000', 't', 'r', 'old-link', 1)`);
    await cron();
  }, 180_000);
  afterAll(() => sql(`DELETE FROM idempotency_keys WHERE tenant_id = 't'`));

  it('forgets answers of creating requests after a day, and no sooner', async () => {
    expect(await one(`SELECT count(*) FROM idempotency_keys WHERE key = 'old'`)).toBe(0);
    expect(await one(`SELECT count(*) FROM idempotency_keys WHERE key = 'new'`)).toBe(1);
  });

  it('frees join codes that have expired', async () => {
    expect(await one(`SELECT count(*) FROM join_codes WHERE code = 'OLD000'`)).toBe(0);
    expect(await one(`SELECT count(*) FROM join_codes WHERE speedrun_id = '${bobs.run.id}'`)).toBe(1);
  });

  it('erases a guest’s session that has ended, with its sets, runs, files and live objects', async () => {
    for (const statement of [
      `SELECT count(*) FROM host_sessions WHERE id = '${ada.session}'`,
      `SELECT count(*) FROM question_sets WHERE id = '${adas.set}'`,
      `SELECT count(*) FROM question_set_images WHERE set_id = '${adas.set}'`,
      `SELECT count(*) FROM speedruns WHERE id = '${adas.run.id}'`,
      `SELECT count(*) FROM join_codes WHERE speedrun_id = '${adas.run.id}'`,
    ]) {
      expect(await one(statement), statement).toBe(0);
    }
    expect(before).toBeGreaterThan(2);
    expect([404, 410, 4000]).toContain(await RawSocket.fate(await ticket(adas.run, seat.token)));
    expect((await ada.get(`/v1/question-sets/${adas.set}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('leaves what belongs to others', async () => {
    expect((await bob.get(`/v1/question-sets/${bobs.set}/questions`)).status).toBe(200);
    const host = await Player.screen(bob, bobs.run);
    expect(host.view.phase).toBe('lobby');
    host.close();
  });

  it('removes files that no row names, once they are old enough, and no others', { timeout: 120_000 }, async () => {
    const path = `/v1/question-sets/${bobs.set}/questions`;
    const rows = await sql<{ tenant_id: string; id: string }>(`SELECT tenant_id, id FROM question_sets WHERE id = '${bobs.set}'`);
    expect(rows).toHaveLength(1);
    const count = files();
    // A file without a row, as an upload leaves it that was cut off between R2 and D1. It is young: it stays.
    const orphan = must(await upload(owner, 's.json', document([singleChoice('Orphan')])), 201).id;
    await sql(`DELETE FROM question_sets WHERE id = '${orphan}'`);
    expect(files()).toBeGreaterThan(count);
    const withOrphan = files();
    await cron();
    expect(files()).toBe(withOrphan);
    // The clock cannot be moved, so the grace period is shortened.
    await sleep(1_500);
    await cron('ORPHANS_AFTER_SECONDS:1');
    expect(files()).toBe(count);
    expect((await bob.get(path)).status).toBe(200);
  });
});
