//! Upkeep by cron. Locally a cron fires only through a test address of the Worker that has the port, so
//! `jobs` gets a port of its own here, on the same storage, while the front door is down.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, credentials, guest, must, type Api } from '../harness/api';
import { filesWith, sql } from '../harness/database';
import { Player } from '../harness/player';
import { join as joinRun, ticket, type Run } from '../harness/run';
import { ROOT, freePort, kill, start, storage } from '../harness/server';
import { RawSocket } from '../harness/socket';
import { aSet, document, png, singleChoice, upload } from '../harness/sets';
import { eventually, sleep } from '../harness/time';

/** Runs the cron once, on the storage of the tests; what it logged. */
async function cron(...vars: string[]): Promise<string> {
  await kill();
  const port = await freePort();
  const config = (worker: string) => ['--config', join(storage(), 'workers', worker, 'wrangler.json')];
  const args = ['dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--persist-to', storage(), '--test-scheduled', '--show-interactive-dev-session=false', ...vars.flatMap((text) => ['--var', text])];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_REGISTRY_PATH: join(storage(), 'registry') };
  const wrangler = spawn(join(ROOT, 'node_modules/.bin/wrangler'), [...args, ...config('jobs'), ...config('live')], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const output of [wrangler.stdout, wrangler.stderr]) output.on('data', (text: Buffer) => (said += text.toString()));
  try {
    await eventually('the cron', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled?cron=*/5+*+*+*+*`).catch(() => undefined);
      return answer?.status === 200;
    }, 60_000, 200);
    await eventually('the last job of the cron', () => said.includes('"what":"orphans"'), 20_000);
  } finally {
    end(wrangler);
  }
  await start();
  return said;
}

function end(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Sessions whose erasure fails and whose turn comes before the others’. */
const BROKEN = 30;

const DAY = 24 * 3_600_000;

const one = async (statement: string) => (await sql<{ n: number }>(`SELECT (${statement}) AS n`))[0]!.n;

describe('the cron', () => {
  let owner: Api;
  let ada: Api & { session: string };
  let carol: Api & { session: string };
  let carols: string;
  let bob: Api & { session: string };
  let adas: { set: string; run: Run };
  let bobs: { set: string; run: Run };
  let seat: Awaited<ReturnType<typeof joinRun>>['body'];
  let logged: string;

  // Of a size that no other test uploads: its bytes are looked for among all files.
  const picture = (colour: number) => png(11, 5, colour);
  const withPicture = () => document([{ ...singleChoice('Q'), image: { file: 'a.png', alt: 'A' } }]);
  const played = async (host: Api & { session: string }, colour: number) => {
    const set = must(await upload(host, 's.json', withPicture(), {}, [{ name: 'a.png', bytes: picture(colour) }]), 201).id;
    const run = must(await host.create('/v1/speedruns', { json: { question_set: set } }), 201);
    return { set, run };
  };

  beforeAll(async () => {
    owner = await client('alder');
    [ada, bob] = [await guest('alder'), await guest('alder')];
    adas = await played(ada, 1);
    bobs = await played(bob, 2);
    expect(filesWith(picture(1))).toBeGreaterThan(1);
    seat = must(await joinRun(adas.run, 'Pupil'), 201);
    await aSet(owner, [singleChoice('Kept')]);
    // Before Ada, many whose erasure fails: each owns a run that no live object can be named after.
    carol = await guest('alder');
    carols = await aSet(carol, [singleChoice(`Of ${carol.session}`)]);
    const tenant = credentials('alder').tenant_id;
    const many = (columns: string) => `WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < ${BROKEN}) SELECT ${columns} FROM many`;
    await sql(`INSERT INTO host_sessions (tenant_id, id, created_at, expires_at) ${many(`'${tenant}', 'broken-' || n, 0, 1`)};
      INSERT INTO speedruns (tenant_id, id, owner_id, set_id, title, pace, questions, created_at, updated_at)
        ${many(`'${tenant}', 'no-run-' || n, 'broken-' || n, 's', 't', 'host', 1, 1, 1`)};
      UPDATE speedruns SET owner_id = '${carol.session}' WHERE id = 'no-run-1';
      UPDATE host_sessions SET expires_at = 1 WHERE id = '${carol.session}';
      UPDATE host_sessions SET expires_at = 3 WHERE id = '${ada.session}';
      INSERT INTO host_sessions (tenant_id, id, created_at, expires_at) VALUES ('${tenant}', 'looked-around', 0, 2);
      INSERT INTO idempotency_keys (tenant_id, principal, route, key, body_hash, taken_at, created_at) VALUES ('${tenant}', 'looked-around', 'r', 'k', 'h', 1, ${Date.now()});
      INSERT INTO speedruns (tenant_id, id, owner_id, set_id, title, pace, questions, created_at, updated_at) VALUES ('${tenant}', 'run_${'0'.repeat(26)}', 'stray', 's', 't', 'host', 1, 1, 1);
      INSERT INTO idempotency_keys (tenant_id, principal, route, key, body_hash, taken_at, created_at) VALUES ('t', 'p', 'r', 'old', 'h', 1, 1);
      INSERT INTO idempotency_keys (tenant_id, principal, route, key, body_hash, taken_at, created_at) VALUES ('t', 'p', 'r', 'new', 'h', 1, ${Date.now()});
      INSERT INTO join_codes (code, tenant_id, speedrun_id, link, expires_at) VALUES ('OLD000', 't', 'r', 'old-link', 1);
      INSERT INTO dead_letters (id, queue, body, received_at, redriven_at) VALUES
        ('upkeep-old', 'q', '{}', 1, ${Date.now() - 31 * DAY}), ('upkeep-new', 'q', '{}', 1, ${Date.now() - 29 * DAY}), ('upkeep-waiting', 'q', '{}', 1, NULL)`);
    logged = await cron();
  }, 180_000);
  afterAll(() => sql(`DELETE FROM idempotency_keys WHERE tenant_id = 't'; DELETE FROM dead_letters WHERE id LIKE 'upkeep-%'`));

  it('forgets answers of creating requests after a day, and no sooner', async () => {
    expect(await one(`SELECT count(*) FROM idempotency_keys WHERE key = 'old'`)).toBe(0);
    expect(await one(`SELECT count(*) FROM idempotency_keys WHERE key = 'new'`)).toBe(1);
  });

  it('forgets dead letters 30 days after they were re-driven, and never those that wait for it', async () => {
    expect((await sql<{ id: string }>(`SELECT id FROM dead_letters WHERE id LIKE 'upkeep-%' ORDER BY id`)).map(({ id }) => id)).toEqual(['upkeep-new', 'upkeep-waiting']);
  });

  it('frees join codes that have expired', async () => {
    expect(await one(`SELECT count(*) FROM join_codes WHERE code = 'OLD000'`)).toBe(0);
    expect(await one(`SELECT count(*) FROM join_codes WHERE speedrun_id = '${bobs.run.id}'`)).toBe(1);
  });

  it('erases a guest’s session that has ended, with its sets, runs, files and live objects', async () => {
    for (const statement of [
      `SELECT count(*) FROM host_sessions WHERE id = '${ada.session}'`,
      `SELECT count(*) FROM question_sets WHERE id = '${adas.set}'`,
      `SELECT count(*) FROM idempotency_keys WHERE principal = '${ada.session}'`,
      `SELECT count(*) FROM speedruns WHERE id = '${adas.run.id}'`,
      `SELECT count(*) FROM join_codes WHERE speedrun_id = '${adas.run.id}'`,
    ]) {
      expect(await one(statement), statement).toBe(0);
    }
    expect(filesWith(picture(1))).toBe(0);
    expect(await RawSocket.fate(await ticket(adas.run, seat.token))).toBe(4000);
    expect((await ada.get(`/v1/question-sets/${adas.set}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('erases those who only looked around, and what outlived its guest', async () => {
    for (const owner of ['looked-around', 'stray']) {
      expect(await one(`SELECT count(*) FROM host_sessions WHERE id = '${owner}'`), owner).toBe(0);
      expect(await one(`SELECT count(*) FROM idempotency_keys WHERE principal = '${owner}'`), owner).toBe(0);
      expect(await one(`SELECT count(*) FROM speedruns WHERE owner_id = '${owner}'`), owner).toBe(0);
    }
    expect(logged).toContain('"code":"strays"');
  });

  it('lets an erasure that fails block nothing, logs and counts it, and tries it again later', async () => {
    // The session behind them went, and so did what else the failing one owned.
    expect(await one(`SELECT count(*) FROM host_sessions WHERE id = '${ada.session}'`)).toBe(0);
    expect(await one(`SELECT count(*) FROM question_sets WHERE id = '${carols}'`)).toBe(0);
    expect(filesWith(`Of ${carol.session}`)).toBe(0);
    const failed = `FROM host_sessions WHERE erase_failures = 1 AND erase_after > ${Date.now()}`;
    // One of the broken gave its run to Carol and went as one that owns nothing.
    expect(await one(`SELECT count(*) ${failed}`)).toBe(BROKEN);
    expect(logged).toContain(`${BROKEN} failed`);
    const line = logged.split('\n').find((text) => text.includes(carol.session))!;
    expect(line).toMatch(/"status":500.*"code":"poison"/);
    await sql(`UPDATE host_sessions SET erase_after = 1 WHERE id = '${carol.session}'; DELETE FROM speedruns WHERE id LIKE 'no-run-%'; DELETE FROM host_sessions WHERE id LIKE 'broken-%'`);
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
    // A file without a row, as an upload leaves it that was cut off between R2 and D1. It is young: it stays.
    const marker = `Orphan of ${bob.session}`;
    const orphan = must(await upload(owner, 's.json', document([singleChoice(marker)])), 201).id;
    await sql(`DELETE FROM question_sets WHERE id = '${orphan}'`);
    expect(filesWith(marker)).toBe(2);
    await cron();
    expect(filesWith(marker)).toBe(2);
    expect(await one(`SELECT count(*) FROM host_sessions WHERE id = '${carol.session}'`)).toBe(0);
    // The clock cannot be moved, so the grace period is shortened.
    await sleep(1_500);
    await cron('ORPHANS_AFTER_SECONDS:1');
    expect(filesWith(marker)).toBe(0);
    expect(filesWith(picture(2))).toBeGreaterThan(1);
    expect((await bob.get(path)).status).toBe(200);
  });
});
