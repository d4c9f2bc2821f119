//! One request, several workers: who was overtaken changes nothing, who failed is completed by the next.
import { beforeAll, describe, expect, it } from 'vitest';
import { client, must, randomKey, type Answer, type Api } from '../harness/api';
import { filesWith, sql, withTrigger } from '../harness/database';
import { expectProblem } from '../harness/expect';
import { Player } from '../harness/player';
import { aSet, document, form, singleChoice } from '../harness/sets';

let api: Api;
let question_set: string;
beforeAll(async () => {
  api = await client('birch');
  question_set = await aSet(api, [singleChoice('Q')]);
});

const run = (key: string): Promise<Answer> => api.create('/v1/speedruns', { json: { question_set }, headers: { 'idempotency-key': key } });
const set = (key: string, text: string): Promise<Answer> => api.create('/v1/question-sets', { form: form('s.json', document([singleChoice(text)])), headers: { 'idempotency-key': key } });

/** What a second worker does to the first one's claim, in the middle of the work. */
const overtake = (key: string) => `UPDATE idempotency_keys SET taken_at = taken_at + 1 WHERE key = '${key}'`;
const claims = (key: string) => sql<{ taken_at: number; created_at: number; status: number | null }>(`SELECT taken_at, created_at, status FROM idempotency_keys WHERE key = '${key}'`);
const giveUp = (key: string) => sql(`UPDATE idempotency_keys SET taken_at = -taken_at WHERE key = '${key}'`);

describe('a worker that was overtaken', () => {
  it('takes back nothing of the run that its successor makes', async () => {
    const key = randomKey();
    const late = await withTrigger('AFTER INSERT ON join_codes', overtake(key), () => run(key));
    expectProblem(late, 409, 'idempotency_in_flight');
    const reserved = await sql<{ code: string }>('SELECT code FROM join_codes WHERE speedrun_id NOT IN (SELECT id FROM speedruns)');
    expect(reserved).toHaveLength(1);
    expectProblem(await run(key), 409, 'idempotency_in_flight');
    await giveUp(key);
    const made = must(await run(key), 201);
    expect(made.code).toBe(reserved[0]!.code);
    const host = await Player.screen(api, made);
    expect(host.view.phase).toBe('lobby');
    host.close();
    expect(must(await run(key), 201)).toEqual(made);
  });

  it('stores neither set nor answer, and leaves no file', async () => {
    const [key, text] = [randomKey(), `Overtaken ${randomKey()}`];
    const late = await withTrigger(`AFTER INSERT ON idempotency_keys WHEN NEW.key = '${key}'`, overtake(key), () => set(key, text));
    expectProblem(late, 409, 'idempotency_in_flight');
    expect(await claims(key)).toMatchObject([{ status: null }]);
    expect(filesWith(text)).toBe(0);
    await giveUp(key);
    must(await set(key, text), 201);
    expect(filesWith(text)).toBe(2);
  });
});

describe('a worker that failed on our side', () => {
  it('gives the request back, and the next makes the same run', async () => {
    const key = randomKey();
    const failed = await withTrigger('BEFORE INSERT ON speedruns', "SELECT RAISE(ABORT, 'no space')", () => run(key));
    expectProblem(failed, 500, 'internal');
    const [claim] = await claims(key);
    expect(claim).toMatchObject({ status: null });
    expect(claim!.taken_at).toBeLessThan(0);
    const reserved = await sql<{ code: string }>('SELECT code FROM join_codes WHERE speedrun_id NOT IN (SELECT id FROM speedruns)');
    expect(reserved).toHaveLength(1);
    expect(must(await run(key), 201).code).toBe(reserved[0]!.code);
    const [answered] = await claims(key);
    expect(answered).toMatchObject({ status: 201, created_at: claim!.created_at });
    expect(answered!.taken_at).toBeGreaterThan(-claim!.taken_at);
  });

  it('leaves one set and the files of one', async () => {
    const [key, text] = [randomKey(), `Failed ${randomKey()}`];
    expectProblem(await withTrigger('BEFORE INSERT ON question_sets', "SELECT RAISE(ABORT, 'no space')", () => set(key, text)), 500, 'internal');
    const id = must(await set(key, text), 201).id;
    expect(must(await set(key, text), 201).id).toBe(id);
    expect(await sql(`SELECT id FROM question_sets WHERE id = '${id}'`)).toHaveLength(1);
    expect(must(await api.get(`/v1/question-sets/${id}/questions`), 200).questions).toHaveLength(1);
    // What the first attempt wrote may belong to a row that was stored after all: the cron takes it.
    expect(filesWith(text)).toBe(4);
  });
});

describe('a refused request', () => {
  it('is forgotten and may be judged again', async () => {
    const key = randomKey();
    const refused = await api.create('/v1/speedruns', { json: { question_set, categories: ['None'] }, headers: { 'idempotency-key': key } });
    expectProblem(refused, 422, 'invalid');
    expect(await claims(key)).toEqual([]);
    must(await run(key), 201);
  });
});
