import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { client, guest, must, type Api } from '../../harness/api';
import { comparable, expectProblem } from '../../harness/expect';
import { aSet, document, form, png, singleChoice, upload, type Part } from '../../harness/sets';

let api: Api;
beforeAll(async () => {
  api = await client('alder');
});

async function stored(title = 'Stored') {
  const id = await aSet(api, [singleChoice('Q')], title);
  const path = `/v1/question-sets/${id}`;
  return { id, path, etag: (await api.get(path)).headers.get('etag')! };
}

describe('a question set', () => {
  it('is fetched with an ETag, and not again when nothing changed', async () => {
    const { path, etag, id } = await stored();
    const answer = await api.get(path);
    expect(must(answer, 200)).toMatchObject({ id, title: 'Stored', question_count: 1, owned: true, format: 'lectern_json' });
    expect(answer.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(answer.headers.get('cache-control')).toMatch(/private|no-store/);
    const again = await api.get(path, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(again.text).toBe('');
    expect(again.headers.get('etag')).toBe(etag);
  });

  it('is renamed only by who saw its present state', async () => {
    const { path, etag } = await stored();
    const change = { json: { title: 'Renamed' } };
    expectProblem(await api.call('PATCH', path, change), 428, 'precondition_required');
    expectProblem(await api.call('PATCH', path, { ...change, headers: { 'if-match': '"0"' } }), 412, 'precondition_failed');
    const renamed = await api.call('PATCH', path, { ...change, headers: { 'if-match': etag } });
    expect(must(renamed, 200).title).toBe('Renamed');
    expect(renamed.headers.get('etag')).not.toBe(etag);
    expectProblem(await api.call('PATCH', path, { ...change, headers: { 'if-match': etag } }), 412, 'precondition_failed');
  });

  it('refuses a change that it does not know, or that breaks its rules', async () => {
    const { path, etag } = await stored();
    for (const json of [{ owner: 'me' }, { title: '' }, { title: 'x'.repeat(201) }, { title: 7 }]) {
      expectProblem(await api.call('PATCH', path, { json, headers: { 'if-match': etag } }), 422, 'invalid');
    }
  });

  it('is replaced as a whole, and guarded in the same way', async () => {
    const { path, etag } = await stored();
    const next = () => form('set.json', document([singleChoice('New 1'), singleChoice('New 2')], 'New'));
    expectProblem(await api.call('PUT', path, { form: next() }), 428, 'precondition_required');
    expectProblem(await api.call('PUT', path, { form: next(), headers: { 'if-match': '"0"' } }), 412, 'precondition_failed');
    expect(must(await api.call('PUT', path, { form: next(), headers: { 'if-match': etag } }), 200).question_count).toBe(2);
    expect(must(await api.get(`${path}/questions`), 200).questions).toHaveLength(2);
    const broken = await api.call('PUT', path, { form: form('set.json', 'nonsense'), headers: { 'if-match': (await api.get(path)).headers.get('etag')! } });
    expectProblem(broken, 422, 'unreadable_set');
    expect(must(await api.get(`${path}/questions`), 200).questions).toHaveLength(2);
  });

  it('is deleted, and then absent', async () => {
    const { path, etag } = await stored();
    expectProblem(await api.call('DELETE', path, { headers: { 'if-match': '"0"' } }), 412, 'precondition_failed');
    expect((await api.call('DELETE', path, { headers: { 'if-match': etag } })).status).toBe(204);
    expectProblem(await api.get(path), 404, 'not_found');
    expectProblem(await api.get(`${path}/questions`), 404, 'not_found');
    expectProblem(await api.call('DELETE', path), 404, 'not_found');
  });
});

describe('a question set that is replaced while it is read', () => {
  const picture = (colour: number) => ({ name: 'a.png', bytes: png(16, 16, colour) });
  const pictured = (text: string) => document([{ ...singleChoice(text), image: { file: 'a.png', alt: 'A' } }]);

  it('is read as it was or as it is, exported, played and replaced, and never fails', async () => {
    const made = await upload(api, 's.json', pictured('Revision 0'), {}, [picture(0)]);
    const path = `/v1/question-sets/${must(made, 201).id}`;
    let replacing = true;
    const statuses = new Map<string, Set<number>>();
    const note = (what: string, answer: { status: number; text: string }) => {
      if (answer.status >= 500) throw new Error(`${what}: ${answer.text}`);
      statuses.set(what, (statuses.get(what) ?? new Set()).add(answer.status));
    };
    const again = async (what: string, ask: () => Promise<{ status: number; text: string }>) => {
      while (replacing) note(what, await ask());
    };
    const stale = made.headers.get('etag')!;
    const readers = [
      again('questions', () => api.get(`${path}/questions`)),
      again('questions', () => api.get(`${path}/questions`)),
      again('export', () => api.get(`${path}/export`)),
      again('export', () => api.get(`${path}/export`)),
      again('run', () => api.create('/v1/speedruns', { json: { question_set: made.body.id } })),
      again('stale', () => api.call('PUT', path, { form: form('s.json', pictured('Stale'), {}, [picture(1)]), headers: { 'if-match': stale } })),
    ];
    const replace = async () => {
      for (let revision = 1; revision <= 25; revision += 1) {
        // The present version, so that two of them meet: one wins, the other is told that it was changed.
        const etag = (await api.get(path)).headers.get('etag')!;
        const put = () => api.call('PUT', path, { form: form('s.json', pictured(`Revision ${revision}`), {}, [picture(revision)]), headers: { 'if-match': etag } });
        for (const answer of await Promise.all([put(), put()])) note('put', answer);
      }
      replacing = false;
    };
    await Promise.all([replace().finally(() => (replacing = false)), ...readers]);
    expect([...statuses.get('questions')!]).toEqual([200]);
    expect([...statuses.get('export')!]).toEqual([200]);
    expect([...statuses.get('run')!]).toEqual([201]);
    expect([...statuses.get('put')!].sort()).toEqual([200, 412]);
    const exported = must(await api.get(`${path}/export`), 200);
    expect(exported.questions[0].image.data).toMatch(/^data:image\/png;base64,/);
  });

  it('keeps images that are named by their ids, up to the limit of all together', async () => {
    // Noise, so that the bytes are as many as the picture is large.
    const noise = (index: number) => ({ name: `${index}.png`, bytes: Buffer.concat([png(8, 8, index), randomBytes(1_000_000)]) });
    const parts = Array.from({ length: 10 }, (_, index) => noise(index));
    const shown = (images: Record<string, unknown>[]) => document(images.map((image, at) => ({ ...singleChoice(`Q${at}`), image: { ...image, alt: 'A' } })));
    const made = await upload(api, 's.json', shown(parts.map(({ name }) => ({ file: name }))), {}, parts);
    const path = `/v1/question-sets/${must(made, 201).id}`;
    const stored = must(await api.get(`${path}/questions`), 200);
    const kept = stored.questions.map((question: { image: { id: string } }) => ({ id: question.image.id }));
    const put = async (images: Record<string, unknown>[], more: Part[]) =>
      api.call('PUT', path, { form: form('s.json', shown(images), {}, more), headers: { 'if-match': (await api.get(path)).headers.get('etag')! } });
    expectProblem(await put([...kept, { file: '10.png' }], [noise(10)]), 413, 'too_large');
    must(await put([...kept.slice(1), { file: '10.png' }], [noise(10)]), 200);
    expect((await api.get(`${path}/images/${kept[1].id}`)).bytes).toHaveLength(parts[1]!.bytes.length);
    expectProblem(await api.get(`${path}/images/${kept[0].id}`), 404, 'not_found');
  });
});

describe('GET /v1/question-sets', () => {
  it('pages by a cursor that stays right while sets are added', async () => {
    const mine = await guest('birch');
    const ids = [];
    for (const title of ['1', '2', '3', '4', '5']) ids.push(await aSet(mine, [singleChoice('Q')], title));
    const first = await mine.get('/v1/question-sets?limit=2');
    expect(must(first, 200).data).toHaveLength(2);
    expect(first.headers.get('link')).toMatch(/<[^>]*cursor=[^>]*>; rel="next"/);
    await aSet(mine, [singleChoice('Q')], 'meanwhile');
    const seen = first.body.data.map((set: { id: string }) => set.id);
    let next = first.body.next;
    while (next !== null) {
      const page = must(await mine.get(`/v1/question-sets?limit=2&cursor=${next}`), 200);
      seen.push(...page.data.map((set: { id: string }) => set.id));
      next = page.next;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids));
  });

  it('finds by words of the title', async () => {
    await aSet(api, [singleChoice('Q')], 'Photosynthesis in plants');
    const found = must(await api.get('/v1/question-sets?q=photosynthesis'), 200).data;
    expect(found.length).toBeGreaterThan(0);
    for (const set of found) expect(set.title.toLowerCase()).toContain('photosynthesis');
    expect(must(await api.get('/v1/question-sets?q=%25'), 200).data).toEqual([]);
  });

  it('refuses a limit out of range and a cursor of another list', async () => {
    const other = await guest('alder');
    await aSet(other, [singleChoice('Q')]);
    await aSet(other, [singleChoice('Q')]);
    const { next } = must(await other.get('/v1/question-sets?limit=1'), 200);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=nonsense', `cursor=${next}`, 'unknown=1']) {
      const answer = await api.get(`/v1/question-sets?${query}`);
      expect([400, 422], `${query}: ${answer.text.slice(0, 200)}`).toContain(answer.status);
    }
  });
});

describe('two tenants side by side', () => {
  it('do not see each other’s sets, whichever way they ask', async () => {
    const birch = await client('birch');
    const { id, path, etag } = await stored('Alder only');
    const absent = '/v1/question-sets/set_00000000000000000000000000';
    const calls: ((path: string) => Promise<any>)[] = [
      (at) => birch.get(at),
      (at) => birch.get(`${at}/questions`),
      (at) => birch.get(`${at}/export?format=json`),
      (at) => birch.call('PATCH', at, { json: { title: 'x' }, headers: { 'if-match': etag } }),
      (at) => birch.call('PUT', at, { form: form('s.json', document([singleChoice('Q')])), headers: { 'if-match': etag } }),
      (at) => birch.call('DELETE', at),
    ];
    for (const call of calls) {
      const [foreign, none] = [await call(path), await call(absent)];
      expectProblem(foreign, 404, 'not_found');
      expect(comparable(foreign)).toEqual(comparable(none));
    }
    const run = (question_set: string) => birch.create('/v1/speedruns', { json: { question_set } });
    expect(comparable(await run(id))).toEqual(comparable(await run('set_00000000000000000000000000')));
    const listed = must(await birch.get('/v1/question-sets?limit=100'), 200).data;
    expect(listed.map((set: { id: string }) => set.id)).not.toContain(id);
    expect((await api.get(path)).headers.get('etag')).toBe(etag);
  });

  it('cannot use a guest’s shared set of another tenant', async () => {
    const shared = must(await upload(api, 's.json', document([singleChoice('S')]), { shared: 'true' }), 201).id;
    expectProblem(await (await guest('birch')).get(`/v1/question-sets/${shared}`), 404, 'not_found');
  });
});
