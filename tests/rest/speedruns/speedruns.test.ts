import { beforeAll, describe, expect, it } from 'vitest';
import { Api, client, guest, must } from '../../harness/api';
import { comparable, expectProblem } from '../../harness/expect';
import { Player } from '../../harness/player';
import { aRun, join } from '../../harness/run';
import { EVERY_KIND, aSet, document, png, singleChoice, upload } from '../../harness/sets';

let api: Api;
beforeAll(async () => {
  api = await client('alder');
});

describe('POST /v1/speedruns', () => {
  it('makes a run from a whole set and gives code and link', async () => {
    const question_set = await aSet(api, EVERY_KIND);
    const answer = await api.create('/v1/speedruns', { json: { question_set, title: 'Friday' } });
    const run = must(answer, 201);
    expect(run).toMatchObject({ title: 'Friday', pace: 'host', status: 'live', join_url: `/?link=${run.link}` });
    expect(run.id).toMatch(/^run_/);
    expect(answer.headers.get('location')).toBe(`/v1/speedruns/${run.id}`);
    const host = await Player.screen(api, run);
    expect(host.view).toMatchObject({ title: 'Friday', questions: EVERY_KIND.length, phase: 'lobby', code: run.code });
    host.close();
  });

  it('takes categories or single questions', async () => {
    const set = must(await upload(api, 's.json', document(EVERY_KIND.map((question, at) => ({ ...question, id: `id${at}` })))), 201).id;
    for (const [choice, count] of [
      [{ categories: ['Numbers'] }, 2],
      [{ questions: ['id0', 'id2', 'id4'] }, 3],
    ] as const) {
      const run = must(await api.create('/v1/speedruns', { json: { question_set: set, ...choice } }), 201);
      const host = await Player.screen(api, run);
      expect(host.view.questions).toBe(count);
      host.close();
    }
  });

  it.each([
    ['an unknown field', { surprise: 1 }],
    ['a category that does not exist', { categories: ['None'] }],
    ['a question that does not exist', { questions: ['nope'] }],
    ['a duration out of range', { settings: { duration: 1 } }],
    ['a setting that does not exist', { settings: { cheat: true } }],
    ['an unknown pace', { settings: { pace: 'fast' } }],
  ])('refuses %s', async (_, json) => {
    const question_set = await aSet(api, EVERY_KIND);
    expectProblem(await api.create('/v1/speedruns', { json: { question_set, ...json } }), 422, 'invalid');
  });

  it('refuses a set that is not there', async () => {
    const json = { question_set: 'set_00000000000000000000000000' };
    const answer = await api.create('/v1/speedruns', { json });
    expectProblem(answer, 422, 'invalid');
    expect(answer.body.errors[0].pointer).toBe('/question_set');
  });
});

describe('GET /v1/speedruns', () => {
  it('lists one’s own runs, page by page', async () => {
    const mine = await guest('alder');
    const ids = [];
    for (let made = 0; made < 3; made += 1) ids.push((await aRun(mine)).id);
    const first = must(await mine.get('/v1/speedruns?limit=2'), 200);
    const second = must(await mine.get(`/v1/speedruns?limit=2&cursor=${first.next}`), 200);
    expect(second.next).toBeNull();
    const listed = [...first.data, ...second.data].map((run: { id: string }) => run.id);
    expect(listed.sort()).toEqual(ids.sort());
  });

  it('says of a live run where it is', async () => {
    const run = await aRun(api);
    const ada = await Player.join(run, 'Ada');
    const record = must(await api.get(`/v1/speedruns/${run.id}`), 200);
    expect(record).toMatchObject({ id: run.id, status: 'live', live: { phase: 'lobby', participants: 1 } });
    expectProblem(await api.get(`/v1/speedruns/${run.id}/results`), 409, 'not_finished');
    ada.close();
  });

  it('answers for another tenant’s run as for an absent one', async () => {
    const run = await aRun(api);
    const birch = await client('birch');
    for (const part of ['', '/results', `/images/${'0'.repeat(64)}`]) {
      const foreign = await birch.get(`/v1/speedruns/${run.id}${part}`);
      const absent = await birch.get(`/v1/speedruns/run_00000000000000000000000000${part}`);
      expectProblem(foreign, 404, 'not_found');
      expect(comparable(foreign)).toEqual(comparable(absent));
    }
    const pairing = { role: 'host' };
    expectProblem(await birch.post(`/v1/speedruns/${run.id}/pairings`, pairing), 404, 'not_found');
  });
});

describe('an image of a run', () => {
  it('is readable with a seat of that run and with no other', async () => {
    const question = { ...singleChoice('With picture'), image: { file: 'a.png', alt: 'A' } };
    const set = must(await upload(api, 's.json', document([question]), {}, [{ name: 'a.png', bytes: png(), type: 'image/png' }]), 201).id;
    const run = must(await api.create('/v1/speedruns', { json: { question_set: set } }), 201);
    const host = await Player.screen(api, run);
    const ada = await Player.join(run, 'Ada');
    await host.tell('start');
    const { image } = await ada.opened(0);
    expect(image).toMatchObject({ alt: 'A' });
    const path = `/v1/speedruns/${run.id}/images/${image!.id}`;
    const picture = await new Api(ada.grant.token).get(path);
    expect(picture.status).toBe(200);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(picture.bytes).equals(Buffer.from(png()))).toBe(true);
    expect(picture.headers.get('cache-control')).toMatch(/private/);
    const [size, seat] = [picture.bytes.length, new Api(ada.grant.token)];
    const part = await seat.get(path, { headers: { range: 'bytes=1-4' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1-4/${size}`]);
    expect(Buffer.from(part.bytes).equals(Buffer.from(picture.bytes.slice(1, 5)))).toBe(true);
    const outside = await seat.get(path, { headers: { range: `bytes=${size}-` } });
    expectProblem(outside, 416, 'range_not_satisfiable');
    expect(outside.headers.get('content-range')).toBe(`bytes */${size}`);

    const stranger = must(await join(await aRun(api), 'Stranger'), 201);
    expect([403, 404]).toContain((await new Api(stranger.token).get(path)).status);
    expect((await new Api().get(path)).status).toBe(401);
    // The run keeps its own copy: the set may go.
    must(await api.call('DELETE', `/v1/question-sets/${set}`), 204);
    expect((await new Api(ada.grant.token).get(path)).status).toBe(200);
    host.close();
    ada.close();
  });
});
