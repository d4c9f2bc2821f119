import { describe, expect, it } from 'vitest';
import { anyone, client, credentials, guest, must } from '../../harness/api';
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

  it('is not the operator', async () => {
    const ada = await guest('alder');
    expect([401, 403]).toContain((await ada.get('/v1/operator/dead-letters')).status);
    expect(credentials('alder').client_id).toMatch(/^cli_/);
  });
});
