//! Questions and names in any script, on a page that speaks another language.
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { must, type Api } from '../harness/api';
import { DESKTOP, PHONE, type Person } from '../harness/browser';
import { aCast, aGuest } from '../harness/cast';
import { button, stage } from '../harness/pages';
import { Player } from '../harness/player';
import { join, type Run } from '../harness/run';
import { document as lectern, upload, type Question } from '../harness/sets';

const LONG = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';

const ARABIC: Question[] = [
  { kind: 'single_choice', text: 'ما هي عاصمة مصر (Egypt)؟', category: 'عواصم', options: [{ text: 'بيروت' }, { text: 'القاهرة', correct: true }, { text: '2024' }, { text: 'HTML 5 (لغة)' }], explanation: 'القاهرة على النيل.', duration: 120 },
  { kind: 'ordering', text: 'رتب من الأصغر', items: ['نملة', 'قطة', '12'], duration: 120 },
  { kind: 'poll', text: 'Which one? أيهما؟', options: [{ text: 'كل شيء!' }, { text: 'Nothing' }], duration: 120 },
];

/** What breaks a line when nobody thought of it: one long word everywhere, no spaces at all, formulas. */
const UNWIELDY: Question[] = [
  { kind: 'single_choice', text: `Was ist „${LONG}“?`, category: LONG, options: [{ text: LONG, correct: true }, { text: `${LONG} 😀👩‍👩‍👧‍👦` }], explanation: LONG, duration: 120 },
  { kind: 'multiple_choice', text: '日本の首都はどこですか。漢字とかなの混じった長い文章が正しく折り返されるかどうかを見ます。', options: [{ text: '東京'.repeat(30), correct: true }, { text: '大阪' }], duration: 120 },
  { kind: 'number', text: '\\(\\int_0^\\infty e^{-x^2} dx + \\sum_{n=1}^{100} \\frac{1}{n^2} + \\prod_{k=1}^{n} a_k b_k c_k d_k\\)', correct: 1, tolerance: 0, unit: 'w'.repeat(40), duration: 120 },
  { kind: 'short_text', text: 'x', accepted: ['w'.repeat(200)], duration: 120 },
  { kind: 'ordering', text: LONG, items: [LONG, '🐈', 'b'.repeat(80)], duration: 120 },
];

const cast = aCast();
let api: Api;
let keeps: Record<string, unknown>;

beforeAll(async () => {
  ({ api, keeps } = await aGuest());
});

/** A run of a set with a title and a language. */
async function aRunIn(language: string, title: string, questions: Question[]): Promise<Run> {
  const text = lectern(questions, title).replace('"language":"en"', `"language":"${language}"`);
  const question_set = must(await upload(api, 'set.json', text), 201).id as string;
  return must(await api.create('/v1/speedruns', { json: { question_set } }), 201) as Run;
}

const direction = (place: Locator) => place.evaluate((element) => getComputedStyle(element).direction);
const starts = (place: Locator) => place.evaluate((element) => { const range = document.createRange(); range.selectNodeContents(element); const [text, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()]; return text.left - box.left > box.right - text.right ? 'right' : 'left'; });
const language = (place: Locator) => place.evaluate((element) => element.closest('[lang]')?.getAttribute('lang'));

describe('a run in Arabic on English pages', () => {
  let run: Run;
  let host: Player;
  let teacher: Person;
  let wall: Person;
  let student: Person;
  const heading = (person: Person) => person.page.locator('main h1');
  const options = (person: Person) => person.page.locator('.options');

  it('is joined by people of any script, whose names keep to themselves', async () => {
    run = await aRunIn('ar', 'اختبار 2026', ARABIC);
    host = await Player.screen(api, run);
    student = await cast.sits(run, 'محمد (3)', PHONE);
    for (const name of ['שרה לוי 7', 'Ada', 'Їжак', '山田太郎', 'สมชาย', '👩‍👩‍👧‍👦🇺🇦']) must(await join(run, name), 201);
    teacher = await cast.comes('teacher', `/host/alder#/runs/${run.id}`, DESKTOP, { keeps });
    await button(teacher.page, /^Manage .*Ada/).waitFor();
    expect(await heading(student).innerText()).toBe('You are in, \u2068محمد (3)\u2069');
    // The name stands behind the words, and its digit at its own end: to the left.
    const [words, name] = await heading(student).evaluate((element) => {
      const box = (from: number, to: number) => { const range = document.createRange(); range.setStart(element.firstChild!, from); range.setEnd(element.firstChild!, to); return range.getBoundingClientRect(); };
      const text = element.textContent!;
      return [box(0, 10).right, [text.indexOf('م'), text.indexOf('3')].map((at) => box(at, at + 1).left)] as const;
    });
    expect(name[0]).toBeGreaterThan(name[1]!);
    expect(name[1]).toBeGreaterThan(words);
    for (const person of [student, teacher]) await person.look('scripts-lobby');
    await button(teacher.page, /^Manage .*שרה/).click();
    expect(await teacher.page.getByRole('dialog').getByRole('heading').innerText()).toBe('Manage \u2068שרה לוי 7\u2069');
    await button(teacher.page.getByRole('dialog'), 'Cancel').click();
  });

  it('lays a question and its options out from right to left, and the page around them from left to right', async () => {
    const pairing = must(await api.post(`/v1/speedruns/${run.id}/pairings`, { role: 'wall' }), 201).url as string;
    const address = new URL(pairing, 'http://wall.example');
    wall = await cast.comes('wall', address.pathname + address.hash);
    await wall.page.getByTestId('join-code').waitFor();
    await host.tell('start');
    await stage(student, 'open');
    await wall.page.getByRole('heading', { name: /عاصمة/ }).waitFor();
    await teacher.page.getByRole('heading', { name: /عاصمة/ }).waitFor();
    for (const person of [student, wall, teacher]) {
      expect(await direction(person.page.locator('html')), person.name).toBe('ltr');
      expect(await direction(heading(person)), person.name).toBe('rtl');
      expect(await starts(heading(person)), person.name).toBe('right');
      expect(await direction(options(person)), person.name).toBe('rtl');
      expect(await language(heading(person).locator('.rich')), person.name).toBe('ar');
      expect(await language(person.page.getByText('عواصم')), person.name).toBe('ar');
      // Digits and a foreign name stand in the same column as the others, their shapes on the same side.
      const sides = await options(person).locator('.shape').evaluateAll((all) => all.map((shape) => Math.round(shape.getBoundingClientRect().left)));
      expect(new Set(sides).size, person.name).toBe(1);
      await person.look('scripts-question');
    }
    expect(await language(student.page.locator('.where').getByText('Question 1 of 3'))).toBe('en');
  });

  it('shows the result in the same direction', async () => {
    await button(student.page, /القاهرة/).click();
    await stage(student, 'answered');
    await host.tell('reveal');
    await stage(student, 'result');
    expect(await direction(options(student))).toBe('rtl');
    expect(await starts(student.page.locator('.note p'))).toBe('right');
    for (const person of [student, wall, teacher]) await person.look('scripts-result');
  });

  it('puts items in order from the right, and follows the first letter where scripts are mixed', async () => {
    await host.tell('next');
    await stage(student, 'open');
    expect(await direction(student.page.getByRole('list', { name: 'Put these in order' }))).toBe('rtl');
    await student.look('scripts-ordering');
    await button(student.page, 'Send answer').click();
    await stage(student, 'answered');
    await host.tell('reveal');
    await stage(student, 'result');
    await host.tell('next');
    await stage(student, 'open');
    expect(await direction(heading(student))).toBe('ltr');
    expect(await direction(options(student))).toBe('ltr');
    await student.look('scripts-mixed');
    await host.tell('end');
    await stage(student, 'finished');
    await wall.page.getByRole('heading', { name: 'The session is over' }).waitFor();
    for (const person of [student, wall]) await person.look('scripts-finished');
    host.close();
  });
});

describe('a run of unwieldy words', () => {
  it('stays within a phone and a desktop everywhere', async () => {
    const run = await aRunIn('de', LONG.repeat(3).slice(0, 190), UNWIELDY);
    const host = await Player.screen(api, run);
    const student = await cast.sits(run, 'Wwwwwwwwwwwwwwwwwwwwwwww', PHONE);
    const teacher = await cast.comes('teacher', '/host/alder', DESKTOP, { keeps });
    const both = async (state: string) => {
      for (const viewport of [DESKTOP, PHONE]) {
        await teacher.page.setViewportSize(viewport);
        await teacher.look(`unwieldy-${state}-${viewport.width}`);
      }
    };
    await teacher.page.getByRole('list', { name: 'Yours' }).getByText(LONG).first().waitFor();
    await both('sets');
    await teacher.page.goto(`/host/alder#/runs/${run.id}`);
    await button(teacher.page, /^Manage/).waitFor();
    await both('lobby');
    await host.tell('start');
    for (const [index, question] of UNWIELDY.entries()) {
      await stage(student, 'open');
      await student.look(`unwieldy-${question.kind}`);
      await host.tell('reveal');
      await stage(student, 'result');
      await student.look(`unwieldy-${question.kind}-result`);
      if (index === 0) await both('result');
      await host.tell('next');
    }
    await stage(student, 'finished');
    host.close();
    expect([...student.faults, ...teacher.faults]).toEqual([]);
  });
});
