import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { client, randomKey, type Api } from '../../harness/api';
import { revisions, sql } from '../../harness/database';
import { expectProblem } from '../../harness/expect';
import { upload } from '../../harness/sets';

let api: Api;
let before: { revisions: Set<string>; sets: number };

const count = async () => (await sql<{ n: number }>('SELECT count(*) AS n FROM question_sets'))[0]!.n;

beforeAll(async () => {
  api = await client('birch');
  before = { revisions: new Set(revisions()), sets: await count() };
});

afterAll(async () => {
  // Not every file is counted: reports of runs that other tests ended may arrive at any time.
  const left = revisions().filter((revision) => !before.revisions.has(revision));
  expect({ left, sets: await count() }, 'a refused upload left something behind').toEqual({ left: [], sets: before.sets });
  expect((await upload(api, 'kept.txt', 'Which?\nA. One\nB. Two\nANSWER: A\n')).status).toBe(201);
  expect(revisions().some((revision) => !before.revisions.has(revision)), 'what is kept can be seen').toBe(true);
});

const bomb = `<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><quiz><question type="truefalse"><questiontext><text>&j;</text></questiontext></question></quiz>`;
const external = '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>';

describe('a hostile upload is refused within bounds and leaves nothing', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['only white space', ' \n \n'],
    ['nested brackets', '['.repeat(200_000)],
    ['nested objects', '{"a":'.repeat(100_000)],
    ['nested elements', `<quiz>${'<a>'.repeat(100_000)}`],
    ['an entity bomb', bomb],
    ['an external entity', external],
    ['bytes that are no text', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0xff, 0xfe, 0x80, 0x81])],
    ['broken UTF-8', Buffer.concat([Buffer.from('Q?\nA. '), Buffer.from([0xc3, 0x28]), Buffer.from('\nB. y\nANSWER: A\n')])],
    ['NUL characters', 'Q?\u0000\nA. x\nB. y\nANSWER: A\n'],
    ['a million questions', `[${'{"question":"q","options":["a","b"],"answers":[0]},'.repeat(180_000)}{}]`],
    ['an answer that does not exist', JSON.stringify([{ question: 'Q', category: 'c', options: ['a', 'b'], answers: [7] }])],
    ['a field that does not exist', JSON.stringify({ lectern: 1, title: 'x', questions: [], evil: 1 })],
    ['no format at all', 'hello there\n'],
  ])('%s', async (_, content) => {
    const started = Date.now();
    const answer = await upload(api, 'set.json', content);
    expectProblem(answer, 422, 'unreadable_set');
    expect(answer.body.errors.length).toBeGreaterThan(0);
    expect(answer.body.errors.length).toBeLessThanOrEqual(101);
    for (const error of answer.body.errors) expect(error).toMatchObject({ code: expect.any(String), detail: expect.any(String) });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('ten mebibytes of one line', async () => {
    const answer = await upload(api, 'set.txt', 'x'.repeat(10 * 1024 * 1024 - 2_000));
    expect([413, 422]).toContain(answer.status);
  });

  it('more than ten mebibytes', async () => {
    expectProblem(await upload(api, 'set.txt', 'x'.repeat(11 * 1024 * 1024)), 413, 'too_large');
  });

  it('all faults of a file come at once, each with its place', async () => {
    const text = JSON.stringify({
      lectern: 1,
      title: 'x',
      questions: [
        { kind: 'nonsense', text: 'a' },
        { kind: 'single_choice', text: 'b', options: [{ text: '1' }, { text: '2' }] },
        { kind: 'number', text: 'c' },
      ],
    });
    const answer = await upload(api, 'set.json', text);
    expectProblem(answer, 422, 'unreadable_set');
    const pointers = answer.body.errors.map((error: { pointer?: string }) => error.pointer ?? '');
    for (const index of [0, 1, 2]) expect(pointers.some((pointer: string) => pointer.includes(`/questions/${index}`))).toBe(true);
    const aiken = await upload(api, 'set.txt', 'Q?\nA. x\nB. y\nANSWER: C\n');
    expect(aiken.body.errors[0]).toMatchObject({ line: expect.any(Number) });
  });

  it.each([
    ['no multipart at all', 'application/json', '{}', 415],
    ['a multipart without a boundary', 'multipart/form-data', 'x', 400],
    ['a multipart that breaks off', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhello', 400],
    ['a multipart without a file', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b--\r\n', 422],
  ])('%s', async (_, type, body, status) => {
    const headers = { 'content-type': type, 'idempotency-key': randomKey() };
    const answer = await api.call('POST', '/v1/question-sets', { body, headers });
    const codes = { 400: 'invalid_multipart', 415: 'unsupported_media_type', 422: 'invalid' } as Record<number, string>;
    expectProblem(answer, status, codes[status]!);
  });
});
