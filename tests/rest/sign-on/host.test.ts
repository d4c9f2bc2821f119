import { describe, expect, it } from 'vitest';
import { anyone, client, credentials, freshAddress, guest, must } from '../../harness/api';
import { sql } from '../../harness/database';
import { comparable, expectProblem } from '../../harness/expect';
import { aRun } from '../../harness/run';
import { aSet, document, singleChoice, upload } from '../../harness/sets';

describe('POST /v1/sign-on/host', () => {
  it('lets a person host without an account, for a stated time', async () => {
    const body = must(await anyone.post('/v1/sign-on/host', { tenant: 'alder' }), 201);
    expect(body.host_session).toMatch(/^hst_/);
    expect(body.tenant).toMatchObject({ slug: 'alder' });
    const days = (Date.parse(body.expires_at) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  });

  it('answers for a tenant without guests exactly as for one that does not exist', async () => {
    const closed = await anyone.post('/v1/sign-on/host', { tenant: 'closed' });
    const absent = await anyone.post('/v1/sign-on/host', { tenant: 'absent' });
    expectProblem(closed, 404, 'not_found');
    expect(comparable(closed)).toEqual(comparable(absent));
  });

  it('begins no more sessions for one address than the tenant allows, and others go on', { timeout: 90_000 }, async () => {
    const quota = (most: number) => `UPDATE tenants SET settings = json_set(settings, '$.guest.sessions_per_hour_of_address', ${most}) WHERE slug = 'birch'`;
    await sql(`UPDATE tenants SET settings = json_insert(settings, '$.guest', json('{}')) WHERE slug = 'birch'; ${quota(3)}`);
    const [greedy, other] = [freshAddress(), freshAddress()];
    const begin = (from: string) => anyone.post('/v1/sign-on/host', { tenant: 'birch' }, { from });
    const answers = await Promise.all(Array.from({ length: 6 }, () => begin(greedy)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(3);
    const refused = answers.find((answer) => answer.status !== 201)!;
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await begin(other)).status).toBe(201);
    const stored = await sql<{ address: string }>("SELECT DISTINCT address FROM host_sessions WHERE address IS NOT NULL");
    expect(stored.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(stored)).not.toContain(greedy);
    await sql(quota(100));
  });

  it('refuses a body with a field that it does not know', async () => {
    expectProblem(await anyone.post('/v1/sign-on/host', { tenant: 'alder', admin: true }), 422, 'invalid');
  });
});

describe('a guest host', () => {
  it('sees the own sets and those that the tenant shares, and nothing else', async () => {
    const [owner, ada, bob] = [await client('alder'), await guest('alder'), await guest('alder')];
    const shared = must(await upload(owner, 'shared.json', document([singleChoice('S')], 'Shared'), { shared: 'true' }), 201).id;
    const kept = await aSet(owner, [singleChoice('K')], 'Kept');
    const own = await aSet(ada, [singleChoice('O')], 'Own');

    const listed = must(await ada.get('/v1/question-sets?limit=100'), 200).data.map((set: { id: string }) => set.id);
    expect(listed).toEqual(expect.arrayContaining([shared, own]));
    expect(listed).not.toContain(kept);
    expectProblem(await ada.get(`/v1/question-sets/${kept}`), 404, 'not_found');
    expectProblem(await bob.get(`/v1/question-sets/${own}`), 404, 'not_found');
    expect((await bob.get(`/v1/question-sets/${shared}`)).status).toBe(200);
  });

  it('cannot change a shared set', async () => {
    const owner = await client('alder');
    const shared = must(await upload(owner, 'shared.json', document([singleChoice('S')]), { shared: 'true' }), 201).id;
    const ada = await guest('alder');
    const etag = (await ada.get(`/v1/question-sets/${shared}`)).headers.get('etag')!;
    for (const answer of [
      await ada.call('PATCH', `/v1/question-sets/${shared}`, { json: { title: 'Mine' }, headers: { 'if-match': etag } }),
      await ada.call('DELETE', `/v1/question-sets/${shared}`),
    ]) {
      expect([403, 404]).toContain(answer.status);
    }
    expect(must(await owner.get(`/v1/question-sets/${shared}`), 200).title).not.toBe('Mine');
  });

  it('sees only the own runs', async () => {
    const [ada, bob] = [await guest('alder'), await guest('alder')];
    const run = await aRun(ada);
    expect((await ada.get(`/v1/speedruns/${run.id}`)).status).toBe(200);
    expectProblem(await bob.get(`/v1/speedruns/${run.id}`), 404, 'not_found');
    expectProblem(await bob.get(`/v1/speedruns/${run.id}/results`), 404, 'not_found');
    expectProblem(await bob.post(`/v1/speedruns/${run.id}/tickets`, { role: 'host', screen: 'aaaaaaaaaaaaaaaaaaaaaaaa' }), 404, 'not_found');
    expectProblem(await bob.post(`/v1/speedruns/${run.id}/pairings`, { role: 'host' }), 404, 'not_found');
    expect(must(await bob.get('/v1/speedruns'), 200).data).toEqual([]);
  });

  it('is signed off at once when the tenant has no guests any more', { timeout: 90_000 }, async () => {
    const ada = await guest('birch');
    expect((await ada.get('/v1/question-sets')).status).toBe(200);
    await sql("UPDATE tenants SET guests = 0 WHERE slug = 'birch'");
    try {
      for (const answer of [await ada.get('/v1/question-sets'), await ada.create('/v1/speedruns', { json: {} })]) {
        expectProblem(answer, 401, 'invalid_token');
      }
    } finally {
      await sql("UPDATE tenants SET guests = 1 WHERE slug = 'birch'");
    }
    expect((await ada.get('/v1/question-sets')).status).toBe(200);
  });

  it('is not the operator', async () => {
    const ada = await guest('alder');
    expect([401, 403]).toContain((await ada.get('/v1/operator/dead-letters')).status);
    expect(credentials('alder').client_id).toMatch(/^cli_/);
  });
});
