//! Every page in Ukrainian beside English: chosen by the browser, switched while it is used.
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { must, type Api } from '../harness/api';
import { DESKTOP, PHONE, type Person } from '../harness/browser';
import { aCast, aGuest } from '../harness/cast';
import { button, link, says, shownCode, stage } from '../harness/pages';
import { Player } from '../harness/player';
import { aRun, join, type Run } from '../harness/run';
import { document as lectern, type Question } from '../harness/sets';

const UKRAINIAN = { locale: 'uk-UA' };

const QUESTIONS: Question[] = [
  { kind: 'single_choice', text: 'Яке місто є столицею Латвії?', category: 'Столиці', options: [{ text: 'Таллінн' }, { text: 'Рига', correct: true }], explanation: 'Рига стоїть на Даугаві.', duration: 120 },
  { kind: 'number', text: 'Скільки буде сім на вісім?', correct: 56, tolerance: 0.5, unit: 'км', duration: 120 },
  { kind: 'short_text', text: 'Яка планета найбільша?', accepted: ['Юпітер', 'Зевс'], duration: 120 },
  { kind: 'slide', text: 'Це все.' },
];

/** What is written alike in every language. */
const NAMES = ['Lectern', 'Tenant', 'alder', 'English', 'JSON', 'GIFT', 'Aiken', 'Moodle', 'XML', 'CSV', 'PNG', 'JPEG', 'WebP', 'QR', 'uk', 'en', 'set', 'json'];

/** Words in Latin letters that people see or hear on a page. */
async function foreign(page: Page): Promise<string[]> {
  const heard = await page.evaluate(() => {
    const shown = [...document.querySelectorAll('body *')].filter((element) => element.closest('[lang=en], kbd, [data-testid=join-code], [data-testid=language], .math') === null && (element as HTMLElement).offsetParent !== null);
    const texts = shown.flatMap((element) => [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? ''));
    const names = shown.flatMap((element) => ['aria-label', 'placeholder', 'alt', 'title'].map((name) => element.getAttribute(name) ?? ''));
    return [document.title, ...texts, ...names].join('\n');
  });
  const words = heard.replaceAll(/https?:\S+|127\.0\.0\.1:\d+|\b[2-9A-Z]{6}\b/g, '').match(/[A-Za-z]{2,}/g) ?? [];
  return [...new Set(words)].filter((word) => !NAMES.includes(word));
}

async function isUkrainian(person: Person, state: string): Promise<void> {
  await person.look(`uk-${state}`);
  expect.soft(await foreign(person.page), `${state}: not Ukrainian on ${person.name}’s page`).toEqual([]);
  expect.soft(await person.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual(['uk', 'ltr']);
}

const cast = aCast();

describe('the language of a page', () => {
  it.each([
    ['uk-UA', 'uk', 'Увійти в сесію'],
    ['en-GB', 'en', 'Join a session'],
    ['fr-FR', 'en', 'Join a session'],
  ])('is for a browser in %s: %s, and no other is fetched', async (locale, language, title) => {
    const { page } = await cast.comes(`reader-${locale}`, '/', PHONE, { locale });
    await page.getByRole('heading', { name: title }).waitFor();
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir, document.title])).toEqual([language, 'ltr', `${title} – Lectern`]);
    const words = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => /words-(\w+)-(\w+)/.exec(entry.name)).filter((found) => found !== null).map((found) => `${found[1]} ${found[2]}`));
    expect(words.sort()).toEqual([`${language} common`, `${language} play`]);
  });

  it('is switched on the spot, loses nothing that was typed, and is remembered', async () => {
    const { page } = await cast.comes('switcher', '/', PHONE, UKRAINIAN);
    await page.getByLabel('Код сесії').fill('ABCDEF');
    await page.getByLabel('Ваше ім’я').fill('Ада');
    await button(page, 'Увійти').click();
    await page.getByText('Сесії з таким кодом немає. Перевірте код і спробуйте ще раз.').waitFor();
    const languages = page.getByRole('combobox', { name: 'Мова' });
    await languages.focus();
    await languages.selectOption('English');
    await page.getByRole('heading', { name: 'Join a session' }).waitFor();
    await page.getByText('No session has this code. Check it and try again.').waitFor();
    expect(await page.getByLabel('Join code').inputValue()).toBe('ABC DEF');
    expect(await page.getByLabel('Your name').inputValue()).toBe('Ада');
    expect(await page.getByRole('combobox', { name: 'Language' }).evaluate((select) => select === document.activeElement)).toBe(true);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Join a session' }).waitFor();
  });

  it('stays what it is where the other cannot be fetched', async () => {
    const person = await cast.comes('cut-off', '/', PHONE);
    person.expects(/ERR_FAILED|Failed to fetch/);
    await person.page.route('**/words-uk-*', (route) => route.abort());
    await person.page.getByRole('combobox', { name: 'Language' }).selectOption('Українська');
    await person.page.getByRole('alert').filter({ hasText: 'There is no connection.' }).waitFor();
    expect(await person.page.getByRole('combobox', { name: 'Language' }).inputValue()).toBe('en');
    await person.page.getByRole('heading', { name: 'Join a session' }).waitFor();
  });
});

describe('a run in Ukrainian', () => {
  let keeps: Record<string, unknown>;
  let api: Api;
  let teacher: Person;
  let wall: Person;
  let phone: Person;
  let run: Run;

  beforeAll(async () => {
    ({ keeps, api } = await aGuest());
  });

  it('is prepared by a teacher who reads nothing else', async () => {
    teacher = await cast.comes('вчитель', '/host/alder', DESKTOP, UKRAINIAN);
    const { page } = teacher;
    await button(page, 'Почати як гість').waitFor();
    await isUkrainian(teacher, 'sign-on');
    await button(page, 'Почати як гість').click();
    await page.getByRole('heading', { name: 'Набори запитань', exact: true }).waitFor();
    await isUkrainian(teacher, 'sets-empty');

    teacher.expects(/422/);
    const file = (text: string) => ({ name: 'set.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.locator('input[type=file]').setInputFiles(file(lectern([{ kind: 'single_choice', text: 'Як?', options: ['а'], duration: 1 } as unknown as Question], 'Назва')));
    const faults = page.getByTestId('upload-faults');
    await faults.getByText('Це не вдалося прочитати як набір запитань.').waitFor();
    expect(await faults.getByRole('listitem').first().innerText()).toMatch(/^Запитання 1.*: /);
    await isUkrainian(teacher, 'upload-faults');
    // What a translation by code leaves out can be read in the words of the API.
    await faults.getByText('Точні повідомлення англійською').click();
    expect(await faults.locator('[lang=en]').innerText()).toMatch(/[A-Za-z]{4}/);

    await page.locator('input[type=file]').setInputFiles(file(lectern(QUESTIONS, 'Географія').replace('"language":"en"', '"language":"uk"')));
    await page.locator('main').getByText('Набір «Географія» готовий: 4 запитання.').waitFor();
    await page.getByLabel('Ще дії з набором Географія').click();
    await isUkrainian(teacher, 'sets');
    await link(page, 'Переглянути: Географія').click();
    await page.getByRole('heading', { name: 'Яка планета найбільша?' }).waitFor();
    await isUkrainian(teacher, 'preview');
    await link(page, 'Змінити').click();
    await page.getByRole('heading', { name: 'Змінити набір запитань' }).waitFor();
    await page.getByRole('group', { name: 'Запитання 4' }).waitFor();
    for (const details of await page.locator('details').all()) await details.evaluate((element: HTMLDetailsElement) => (element.open = true));
    await isUkrainian(teacher, 'editor');
    await link(page, 'Назад до наборів').click();
    await link(page, 'Почати сесію з набором Географія').click();
    await page.getByRole('heading', { name: 'Нова сесія' }).waitFor();
    await isUkrainian(teacher, 'new-session');
    await button(page, 'Відкрити залу очікування').click();
    await page.getByTestId('join-code').waitFor();
    run = { id: page.url().split('/').at(-1)!, code: await shownCode(page), link: '' };
  });

  it('counts its participants as Ukrainian counts', async () => {
    const { page } = teacher;
    const counted = (words: string) => page.getByRole('heading', { name: words, exact: true }).waitFor();
    await counted('0 учасників');
    phone = await cast.comes('учениця', `/?code=${run.code}`, PHONE, UKRAINIAN);
    await isUkrainian(phone, 'join');
    await phone.page.getByLabel('Ваше ім’я').fill('Оленка');
    await button(phone.page, 'Увійти').click();
    await stage(phone, 'lobby');
    await says(phone, 'Ви в сесії, Оленка');
    await counted('1 учасник');
    await says(phone, '1 учасник');
    const others = ['Андрій', 'Ганна', 'Їжак', 'Юрій'];
    must(await join(run, others[0]!), 201);
    await counted('2 учасники');
    for (const name of others.slice(1)) must(await join(run, name), 201);
    await counted('5 учасників');
    await isUkrainian(phone, 'lobby');
    await isUkrainian(teacher, 'lobby');

    await button(page, 'Додати екран').click();
    await button(page, 'Екран для аудиторії').click();
    const address = new URL(await page.getByTestId('pairing-address').inputValue());
    await isUkrainian(teacher, 'add-a-screen');
    await button(page, 'Закрити').click();
    wall = await cast.comes('екран', address.pathname + address.hash, DESKTOP, UKRAINIAN);
    await wall.page.getByTestId('join-code').waitFor();
    await isUkrainian(wall, 'wall-lobby');
    await button(page, 'Учасник Їжак').click();
    await isUkrainian(teacher, 'manage');
    await button(page.getByRole('dialog'), 'Вилучити: Їжак').click();
    await page.getByRole('dialog', { name: 'Вилучити учасника Їжак?' }).waitFor();
    await button(page.getByRole('dialog'), 'Скасувати').click();
  });

  it('is played in it from the first question to the results', async () => {
    const { page } = teacher;
    const everywhere = async (state: string) => {
      for (const person of [teacher, wall, phone]) await isUkrainian(person, state);
    };
    await button(page, 'Почати').click();
    await stage(phone, 'open');
    await everywhere('question');
    await button(phone.page, /Рига/).click();
    await stage(phone, 'answered');
    await isUkrainian(phone, 'answered');
    await button(page, 'Показати відповідь').click();
    await stage(phone, 'result');
    await says(phone, 'Правильно!');
    await everywhere('result');
    await button(page, 'Наступне запитання').click();
    await stage(phone, 'open');
    await button(page, 'Пауза').click();
    await stage(phone, 'paused');
    await everywhere('paused');
    await button(page, 'Продовжити').click();
    await stage(phone, 'open');
    await phone.page.getByLabel('Ваше число').fill('абв');
    await button(phone.page, 'Надіслати відповідь').click();
    await says(phone, 'Введіть число, наприклад 12 або 3,5.');
    await phone.page.getByLabel('Ваше число').fill('56,25');
    await button(phone.page, 'Надіслати відповідь').click();
    await button(page, 'Показати відповідь').click();
    await stage(phone, 'result');
    expect(await phone.page.locator('dd').first().innerText()).toBe('56,25 км');
    await button(page, 'Завершити сесію').click();
    await page.getByRole('dialog', { name: 'Завершити сесію для всіх просто зараз?' }).waitFor();
    await button(page.getByRole('dialog'), 'Завершити сесію').click();
    await stage(phone, 'finished');
    await everywhere('finished');
    await link(page, 'Переглянути результати').click();
    await button(page, 'Завантажити CSV').waitFor({ timeout: 30_000 });
    await isUkrainian(teacher, 'results');
    await link(page.getByRole('navigation'), 'Сесії').click();
    await page.getByRole('heading', { name: 'Сесії', exact: true }).waitFor();
    await link(page, 'Результати: Географія').waitFor();
    await isUkrainian(teacher, 'sessions');
  });

  it('changes its language on a student’s page without losing the socket or half an answer', async () => {
    const mine = await aRun(api, QUESTIONS.slice(2));
    const host = await Player.screen(api, mine);
    const student = await cast.sits(mine, 'Богдан', PHONE, UKRAINIAN);
    let sockets = 0;
    student.page.on('websocket', () => (sockets += 1));
    await host.tell('start');
    await stage(student, 'open');
    await student.page.getByLabel('Ваша відповідь').fill('Юпі');
    await student.page.getByRole('combobox', { name: 'Мова' }).selectOption('English');
    await says(student, 'Question 1 of 2');
    expect(await student.page.getByLabel('Your answer').inputValue()).toBe('Юпі');
    expect(sockets, 'sockets opened by the switch').toBe(0);
    host.close();
  });

  it('tells a teacher who comes with a sign-on of before the same', async () => {
    const again = await cast.comes('знову', '/host/alder', DESKTOP, { ...UKRAINIAN, keeps });
    await again.page.getByRole('heading', { name: 'Набори запитань', exact: true }).waitFor();
    const unpaired = await cast.comes('порожній', '/wall', DESKTOP, UKRAINIAN);
    await unpaired.page.getByRole('heading', { name: 'Цей екран не під’єднано' }).waitFor();
    await isUkrainian(unpaired, 'unpaired');
  });

  it('never wrote an error to a console', () => {
    for (const person of [teacher, wall, phone]) expect(person.faults, person.name).toEqual([]);
  });
});
