//! The queue: poison, dead letters, messages that come twice, late, early, or after everything is gone.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyone, client, credentials, must, operator, type Api } from '../harness/api';
import { sql } from '../harness/database';
import { expectProblem } from '../harness/expect';
import { Player } from '../harness/player';
import { aRun, type Run } from '../harness/run';
import { command, kill, log, origin, start } from '../harness/server';
import { eventually, sleep } from '../harness/time';

interface Letter {
  id: string;
  queue: string;
  body: string;
  received_at: string;
  redriven_at: string | null;
}

/** An id as the platform would make one. */
function outbox(): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return `out_0${[...randomBytes(25)].map((byte) => alphabet[byte % 32]).join('')}`;
}

function message(run: Run, more: Record<string, string> = {}): string {
  return JSON.stringify({ kind: 'speedruns', tenant: credentials('alder').tenant_id, session: run.id, outbox: outbox(), ...more });
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Puts a letter in front of the operator, who can send it into the queue. */
async function letter(id: string, body: string): Promise<void> {
  await sql(`INSERT INTO dead_letters (id, queue, body, received_at) VALUES (${quoted(id)}, 'lectern-results', ${quoted(body)}, ${Date.now()})`);
}

async function letters(): Promise<Letter[]> {
  const all: Letter[] = [];
  let cursor = '';
  do {
    const page = must(await operator().get(`/v1/operator/dead-letters${cursor}`), 200);
    all.push(...page.data);
    cursor = page.next === null ? '' : `?cursor=${page.next}`;
  } while (cursor !== '');
  return all;
}

async function redrive(id: string): Promise<void> {
  const answer = await operator().create(`/v1/operator/dead-letters/${id}/redrive`);
  expect(answer.status, answer.text).toBeLessThan(300);
}

/** A run that Ada answered and that has ended. */
async function ended(api: Api): Promise<Run> {
  const run = await aRun(api);
  const host = await Player.screen(api, run);
  const ada = await Player.join(run, 'Ada');
  await host.tell('start');
  await ada.opened(0);
  await ada.answer(0, { type: 'option', value: 0 });
  await host.told('revealed');
  await host.tell('end');
  await host.told('finished');
  host.close();
  ada.close();
  return run;
}

function finished(api: Api, run: Run, within = 30_000): Promise<any> {
  return eventually('the report', async () => {
    const record = await api.get(`/v1/speedruns/${run.id}`);
    return record.body?.status === 'finished' ? record.body : undefined;
  }, within, 200);
}

const counts = (run: Run) =>
  sql(`SELECT (SELECT count(*) FROM speedrun_questions WHERE speedrun_id = '${run.id}') AS questions,
    (SELECT count(*) FROM speedrun_participants WHERE speedrun_id = '${run.id}') AS participants,
    (SELECT json_group_array(json_array(position, outcome, choice, points, used_ms)) FROM
      (SELECT * FROM speedrun_answers WHERE speedrun_id = '${run.id}' ORDER BY position)) AS answers,
    (SELECT version FROM speedruns WHERE id = '${run.id}') AS version`);

let api: Api;
beforeAll(async () => {
  api = await client('alder');
});

describe('the operator’s routes', () => {
  it('are for the operator alone', async () => {
    for (const caller of [anyone, api]) {
      for (const answer of [await caller.get('/v1/operator/dead-letters'), await caller.create('/v1/operator/dead-letters/x/redrive')]) {
        expect([401, 403]).toContain(answer.status);
      }
    }
  });

  it('know no letter that is not there', async () => {
    expectProblem(await operator().create('/v1/operator/dead-letters/none/redrive'), 404, 'not_found');
  });
});

describe('a letter that the queue does not take', () => {
  it('still waits to be sent again', async () => {
    // A message of a queue has at most 128 KB.
    await sql(`INSERT INTO dead_letters (id, queue, body, received_at) VALUES ('too-long', 'lectern-results', '"' || hex(zeroblob(80000)) || '"', ${Date.now()})`);
    expectProblem(await operator().create('/v1/operator/dead-letters/too-long/redrive'), 500, 'internal');
    expect((await letters()).find((one) => one.id === 'too-long')).toMatchObject({ redriven_at: null });
    await sql(`DELETE FROM dead_letters WHERE id = 'too-long'`);
  });
});

describe('cargo xtask dead-letters', () => {
  it('lists the letters, and sends one or all of them again', { timeout: 90_000 }, async () => {
    const gone = (outbox: string) => JSON.stringify({ kind: 'speedruns', tenant: credentials('alder').tenant_id, session: 'run_01jzzzzzzzzzzzzzzzzzzzzzzz', outbox });
    const ids = [outbox(), outbox(), outbox()];
    for (const id of ids) await letter(id, gone(id));
    const deadLetters = (...args: string[]) => command('dead-letters', ...args, '--url', origin());
    const waiting = async () => (await letters()).filter((one) => ids.includes(one.id) && one.redriven_at === null).map((one) => one.id);

    const listed = await deadLetters('list');
    for (const id of ids) expect(listed).toMatch(new RegExp(`${id} +lectern-results +received \\S+Z +redriven null`));
    expect(listed).toMatch(/\d+ dead letters\n$/);
    expect(await deadLetters('redrive', ids[0]!)).toContain(`${ids[0]}: sent again`);
    expect((await waiting()).sort()).toEqual(ids.slice(1).sort());
    const all = await deadLetters('redrive', '--all');
    for (const id of ids.slice(1)) expect(all).toContain(`${id}: sent again`);
    expect(all).not.toContain(ids[0]);
    expect(await waiting()).toEqual([]);
    await expect(deadLetters('redrive', 'none')).rejects.toThrow(/not_found|404/);
  });
});

describe('the results of a run', () => {
  it('arrive although the runtime is killed right after the end, and the queue forgets what it held', { timeout: 90_000 }, async () => {
    const run = await ended(api);
    await kill();
    await sleep(300);
    await start();
    const record = await finished(api, run, 60_000);
    expect(record).toMatchObject({ status: 'finished', end_reason: 'ended_by_host', participants: 1 });
    expect(must(await api.get(`/v1/speedruns/${run.id}/results`), 200)).toBeDefined();
  });

  it('are the same when the message comes again, any number of times', { timeout: 60_000 }, async () => {
    const run = await ended(api);
    await finished(api, run);
    const before = await counts(run);
    const results = await api.get(`/v1/speedruns/${run.id}/results`);
    const ids = [outbox(), outbox()];
    for (const id of ids) {
      await letter(id, message(run, { outbox: id }));
      await redrive(id);
    }
    const at = log().length;
    await eventually('the repetition', () => log().slice(at - 2_000).split('"repeated"').length > 2, 20_000);
    expect(await counts(run)).toEqual(before);
    expect((await api.get(`/v1/speedruns/${run.id}/results`)).text).toBe(results.text);
  });
});

describe('a message that cannot be worked off', () => {
  const poison: [string, string][] = [];
  let live: Run;
  let gone: string;
  beforeAll(async () => {
    live = await aRun(api);
    const early = outbox();
    gone = outbox();
    poison.push(
      ['poison-text', '"not an object"'],
      ['poison-shape', '{"kind":"speedruns"}'],
      ['poison-kind', message(live, { kind: 'lectures' })],
      ['poison-session', message(live, { session: 'run_none' })],
      [early, message(live, { outbox: early })],
    );
    const tenant = credentials('alder').tenant_id;
    for (const [id, body] of poison) await letter(id, body);
    await letter(gone, JSON.stringify({ kind: 'speedruns', tenant, session: 'run_01jzzzzzzzzzzzzzzzzzzzzzzz', outbox: gone }));
    for (const [id] of poison) await redrive(id);
    await redrive(gone);
  }, 60_000);

  it('becomes a dead letter after its tries, is listed, and can be sent again', { timeout: 90_000 }, async () => {
    const early = poison.at(-1)![0];
    const listed = await eventually('the dead letters', async () => {
      const waiting = (await letters()).filter((one) => one.redriven_at === null);
      const text = JSON.stringify(waiting);
      return ['not an object', 'lectures', 'run_none', early].every((part) => text.includes(part)) ? waiting : undefined;
    }, 60_000, 1_000);
    for (const one of listed) {
      expect(one.queue).toBe('lectern-results');
      expect(one.received_at).toMatch(/Z$/);
    }
    // What came too early works once its run has ended, if an operator sends it again.
    const host = await Player.screen(api, live);
    await host.tell('end');
    await finished(api, live);
    host.close();
    await redrive(early);
    expect((await letters()).find((one) => one.id === early)!.redriven_at).not.toBeNull();
    await sleep(4_000);
    expect((await letters()).find((one) => one.id === early)!.redriven_at).not.toBeNull();
  });

  it('does not hold up the messages beside it', async () => {
    const run = await ended(api);
    await finished(api, run, 20_000);
  });

  it('about a run that was erased is done, and stores nothing', async () => {
    await eventually('the erasure', () => log().includes('"erased"'), 20_000);
    const [row] = await sql<{ n: number }>(`SELECT count(*) AS n FROM speedrun_answers WHERE speedrun_id = 'run_01jzzzzzzzzzzzzzzzzzzzzzzz'`);
    expect(row!.n).toBe(0);
    expect((await letters()).find((one) => one.id === gone)!.redriven_at).not.toBeNull();
  });

  it('is logged in one structured line that names no person', () => {
    const lines = log().split('\n').filter((line) => line.includes('"part":"jobs.queue"'));
    expect(lines.some((line) => line.includes('"code":"poison"'))).toBe(true);
    for (const line of lines) {
      const json = JSON.parse(line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1));
      expect(json).toMatchObject({ part: 'jobs.queue', what: expect.any(String), code: expect.any(String) });
      expect(line).not.toContain('Ada');
    }
  });
});
