//! Quotas are exact: requests that run side by side do not pass one together, and what is refused leaves nothing.
import { describe, expect, it } from 'vitest';
import { credentials, guest, must, type Answer } from '../harness/api';
import { filesWith, sql } from '../harness/database';
import { expectProblem } from '../harness/expect';
import { aSet, document, png, singleChoice, upload } from '../harness/sets';

const AT_ONCE = 20;
const sideBySide = (work: (index: number) => Promise<Answer>) => Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(index)));

function expectMade(answers: Answer[], most: number): void {
  expect(answers.filter((answer) => answer.status === 201)).toHaveLength(most);
  for (const answer of answers.filter((one) => one.status !== 201)) expectProblem(answer, 403, 'quota_reached');
}

async function count(table: string, owner: string): Promise<number> {
  return (await sql<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE owner_id = '${owner}'`))[0]!.n;
}

describe('twenty requests of a guest at the edge of a quota', () => {
  it('make as many question sets as are left, and no file of the others stays', async () => {
    const ada = await guest('birch');
    const marker = `Edge of ${ada.session}`;
    for (let made = 0; made < 17; made += 1) await aSet(ada, [singleChoice('Q')]);
    const answers = await sideBySide((index) => upload(ada, 's.json', document([singleChoice(`${marker}, ${index}`)])));
    expectMade(answers, 3);
    expect(await count('question_sets', ada.session)).toBe(20);
    // Of each set its original and its normalised form.
    expect(filesWith(marker)).toBe(2 * 3);
  });

  it('make as many runs as are left, and no code, file or live object of the others stays', async () => {
    const ada = await guest('birch');
    const picture = png(9, 7, 0x5a);
    const question = { ...singleChoice('Q'), image: { file: 'a.png', alt: 'A' } };
    const set = must(await upload(ada, 's.json', document([question]), {}, [{ name: 'a.png', bytes: picture }]), 201).id;
    await sql(`INSERT INTO speedruns (tenant_id, id, owner_id, set_id, title, pace, questions, created_at, updated_at)
      WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 46)
      SELECT '${credentials('birch').tenant_id}', 'run_' || printf('%026d', n), '${ada.session}', '${set}', 'Earlier', 'host', 1, ${Date.now()}, 0 FROM many`);
    const codes = async () => (await sql<{ n: number }>('SELECT count(*) AS n FROM join_codes'))[0]!.n;
    const [before, pictures] = [await codes(), filesWith(picture)];
    const answers = await sideBySide(() => ada.create('/v1/speedruns', { json: { question_set: set } }));
    expectMade(answers, 4);
    expect(await count('speedruns', ada.session)).toBe(50);
    expect(await codes()).toBe(before + 4);
    expect(filesWith(picture)).toBe(pictures + 4);
  });
});

describe('a guest whose host session has ended', () => {
  it('creates nothing more, although the token still holds', async () => {
    const ada = await guest('birch');
    const set = await aSet(ada, [singleChoice('Q')]);
    await sql(`UPDATE host_sessions SET expires_at = 1 WHERE id = '${ada.session}'`);
    const marker = `Late of ${ada.session}`;
    expectProblem(await upload(ada, 's.json', document([singleChoice(marker)])), 401, 'token_expired');
    expectProblem(await ada.create('/v1/speedruns', { json: { question_set: set } }), 401, 'token_expired');
    expect(filesWith(marker)).toBe(0);
    expect([await count('question_sets', ada.session), await count('speedruns', ada.session)]).toEqual([1, 0]);
    expect((await sql<{ n: number }>(`SELECT count(*) AS n FROM join_codes WHERE speedrun_id NOT IN (SELECT id FROM speedruns) AND tenant_id = '${credentials('birch').tenant_id}'`))[0]!.n).toBe(0);
  });
});
