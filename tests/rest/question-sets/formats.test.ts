import { beforeAll, describe, expect, it } from 'vitest';
import { client, must, type Api } from '../../harness/api';
import { EVERY_KIND, document, png, upload } from '../../harness/sets';

const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const plain = JSON.stringify([
  { question: 'Capital of Latvia?', category: 'Capitals', options: ['Riga', 'Tallinn'], answers: [0] },
  { question: 'Primes?', category: 'Numbers', options: ['2', '3', '4'], answers: [0, 1] },
]);
const gift = `$CATEGORY: Geography
::Q1:: Capital of Latvia? {=Riga ~Tallinn ~Vilnius}

Water is wet. {T}

How many legs has a spider? {#8:0}

Largest planet? {=Jupiter =jupiter}
`;
const aiken = `Capital of Latvia?
A. Tallinn
B. Riga
ANSWER: B
`;
const moodle = `<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="multichoice"><name><text>Q</text></name>
<questiontext format="html"><text><![CDATA[<p>Capital of Latvia?</p>]]></text></questiontext><single>true</single>
<answer fraction="100"><text>Riga</text></answer><answer fraction="0"><text>Tallinn</text></answer></question></quiz>`;
const csv = `question,option1,option2,option3,correct
Capital of Latvia?,Riga,Tallinn,Vilnius,1
`;

let api: Api;
beforeAll(async () => {
  api = await client('alder');
});

describe('an uploaded file', () => {
  it.each([
    ['Lectern JSON', 'set.json', document(EVERY_KIND), 'lectern_json', EVERY_KIND.length],
    ['the plain array', 'set.json', plain, 'plain_array', 2],
    ['GIFT', 'set.gift', gift, 'gift', 4],
    ['Aiken', 'set.txt', aiken, 'aiken', 1],
    ['Moodle XML', 'set.xml', moodle, 'moodle_xml', 1],
    ['CSV', 'set.csv', csv, 'csv', 1],
    ['GIFT under a wrong name', 'set.json', gift, 'gift', 4],
    ['Aiken in UTF-16', 'set.txt', utf16(aiken), 'aiken', 1],
    ['the plain array with a byte order mark', 'set.json', `\ufeff${plain}`, 'plain_array', 2],
  ])('is read as %s by its content', async (_, name, content, format, count) => {
    const answer = await upload(api, name, content);
    const record = must(answer, 201);
    expect(record).toMatchObject({ format, question_count: count, owned: true, shared: false });
    expect(answer.headers.get('location')).toBe(`/v1/question-sets/${record.id}`);
    expect(answer.headers.get('etag')).toMatch(/^"[^"]+"$/);
    const set = must(await api.get(`/v1/question-sets/${record.id}/questions`), 200);
    expect(set.questions).toHaveLength(count);
  });

  it('keeps every kind with its solution in the normalised form', async () => {
    const record = must(await upload(api, 'set.json', document(EVERY_KIND)), 201);
    const { questions } = must(await api.get(`/v1/question-sets/${record.id}/questions`), 200);
    expect(questions.map((question: any) => question.kind.type)).toEqual(EVERY_KIND.map((question) => question.kind));
    expect(questions[0].kind.correct).toBe(1);
    expect(questions[6].points).toBe(0);
    expect(record.categories).toEqual(expect.arrayContaining([{ name: 'Numbers', questions: 2 }]));
  });

  it('says in a warning what cannot be kept, and fetches nothing from elsewhere', async () => {
    const questions = [{ ...EVERY_KIND[2]!, image: { url: 'https://elsewhere.example/a.png', alt: 'A' } }];
    const record = must(await upload(api, 'set.json', document(questions)), 201);
    expect(record.warnings.length).toBeGreaterThan(0);
    expect(JSON.stringify(record.warnings)).toContain('image');
    const { questions: kept } = must(await api.get(`/v1/question-sets/${record.id}/questions`), 200);
    expect(JSON.stringify(kept)).not.toContain('elsewhere.example');
  });

  it('turns TeX into MathML that cannot carry anything else', async () => {
    const text = 'What is \\(x^2\\) for <img src=x onerror=alert(1)>?';
    const record = must(await upload(api, 'set.json', document([{ ...EVERY_KIND[2]!, text }])), 201);
    const { questions } = must(await api.get(`/v1/question-sets/${record.id}/questions`), 200);
    const [before, formula, after] = questions[0].text;
    expect(before.text).toContain('What is');
    expect(formula.math.mathml).toMatch(/^<math[\s>]/);
    expect(after.text).toContain('<img src=x onerror=alert(1)>');
  });
});

describe('images', () => {
  it('come as further parts, and are given out with their type to who may read the set', async () => {
    const question = { ...EVERY_KIND[0]!, image: { file: 'map.png', alt: 'A map' } };
    const record = must(await upload(api, 'set.json', document([question]), {}, [{ name: 'map.png', bytes: png(), type: 'image/png' }]), 201);
    const { questions } = must(await api.get(`/v1/question-sets/${record.id}/questions`), 200);
    const { id, alt } = questions[0].image;
    expect(alt).toBe('A map');
    const image = await api.get(`/v1/question-sets/${record.id}/images/${id}`);
    expect(image.status).toBe(200);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(image.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(image.bytes).equals(Buffer.from(png()))).toBe(true);
    const birch = await client('birch');
    expect((await birch.get(`/v1/question-sets/${record.id}/images/${id}`)).status).toBe(404);
  });

  it('are refused when they are missing, not images, or larger than a mebibyte', async () => {
    const question = { ...EVERY_KIND[0]!, image: { file: 'map.png', alt: 'A map' } };
    const big = Buffer.concat([Buffer.from(png()), Buffer.alloc(1024 * 1024)]);
    for (const [parts, code] of [
      [[], 'image_missing'],
      [[{ name: 'map.png', bytes: Buffer.from('<svg onload="alert(1)"/>'), type: 'image/png' }], 'image_unreadable'],
      [[{ name: 'map.png', bytes: big, type: 'image/png' }], 'image_too_large'],
    ] as const) {
      const answer = await upload(api, 'set.json', document([question]), {}, [...parts]);
      expect([answer.status, answer.body.errors?.[0]?.code ?? answer.body.code]).toEqual([422, code]);
    }
  });
});

describe('export', () => {
  it('as JSON and imported again gives the same set, images included', async () => {
    const questions = [{ ...EVERY_KIND[0]!, image: { file: 'map.png', alt: 'A map' } }, ...EVERY_KIND.slice(1)];
    const first = must(await upload(api, 'set.json', document(questions, 'Round trip'), {}, [{ name: 'map.png', bytes: png() }]), 201);
    const file = await api.get(`/v1/question-sets/${first.id}/export?format=json`);
    expect(file.status).toBe(200);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    const second = must(await upload(api, 'again.json', file.bytes), 201);
    const [before, after] = await Promise.all([first, second].map((set) => api.get(`/v1/question-sets/${set.id}/questions`)));
    expect(after!.body).toEqual(before!.body);
    expect(second.warnings).toEqual([]);
  });

  it('as GIFT says what GIFT cannot keep, and can be imported again', async () => {
    const set = must(await upload(api, 'set.json', document(EVERY_KIND, 'To GIFT')), 201);
    const file = await api.get(`/v1/question-sets/${set.id}/export?format=gift`);
    expect(file.status).toBe(200);
    expect(Number(file.headers.get('lectern-warnings'))).toBeGreaterThan(0);
    const again = must(await upload(api, 'set.gift', file.bytes), 201);
    expect(again.format).toBe('gift');
    expect(again.question_count).toBeGreaterThanOrEqual(5);
  });

  it('in another format is refused', async () => {
    const set = must(await upload(api, 'set.json', plain), 201);
    expect([400, 406, 422]).toContain((await api.get(`/v1/question-sets/${set.id}/export?format=docx`)).status);
  });
});
