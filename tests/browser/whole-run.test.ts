//! A teacher, a wall and three students play a whole run in real Chromium, from the upload to the CSV.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DESKTOP, PHONE, type Person } from '../harness/browser';
import { aCast } from '../harness/cast';
import { button, link, press, shownCode, stage, tabTo } from '../harness/pages';
import { csvRows } from '../harness/report';
import { document as lectern, png } from '../harness/sets';
import { origin } from '../harness/server';

const QUESTIONS = [
  {
    kind: 'single_choice',
    text: 'Which city is the capital of Latvia?',
    category: 'Capitals',
    image: { file: 'map.png', alt: 'A map of the Baltic states' },
    options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }],
    explanation: 'Riga lies on the Daugava.',
    duration: 120,
  },
  { kind: 'multiple_choice', text: 'Which of these are primes?', options: [{ text: '2', correct: true }, { text: '3', correct: true }, { text: '4' }], duration: 120 },
  { kind: 'number', text: 'What is \\(7 \\cdot 8\\)?', correct: 56, tolerance: 0, duration: 120 },
  { kind: 'short_text', text: 'Which planet is the largest?', accepted: ['Jupiter'], duration: 120 },
  { kind: 'ordering', text: 'From small to large', items: ['ant', 'cat', 'cow'], duration: 120 },
  { kind: 'true_false', text: 'Water boils at 100 °C at sea level.', correct: true, duration: 120 },
];

let teacher: Person;
let wall: Person;
let phone: Person;
let keys: Person;
let traveller: Person;
let code = '';

const everybody = () => [phone, keys, traveller];

const cast = aCast();

describe('a whole run in the browser', () => {
  it('begins with a teacher who signs on as a guest and uploads a set with its picture', async () => {
    teacher = await cast.comes('teacher', '/host/alder');
    const { page } = teacher;
    await page.getByRole('heading', { name: 'Host a session' }).waitFor();
    await teacher.look('01-sign-on');
    await button(page, 'Start hosting as a guest').click();
    await page.getByRole('heading', { name: 'Question sets' }).first().waitFor();
    await teacher.look('02-sets-empty');
    await page.locator('input[type=file]').setInputFiles([
      { name: 'geography.json', mimeType: 'application/json', buffer: Buffer.from(lectern(QUESTIONS, 'Geography')) },
      { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from(png(64, 48)) },
    ]);
    await page.locator('main').getByText('“Geography” is ready: 6 questions.').first().waitFor();
    await teacher.look('03-sets');
  });

  it('opens a lobby with a code that stands on the wall too', async () => {
    const { page } = teacher;
    await link(page, 'Start a session with Geography').click();
    await page.getByRole('heading', { name: 'New session' }).waitFor();
    await teacher.look('04-new-session');
    await button(page, 'Open the lobby').click();
    await page.getByTestId('join-code').waitFor();
    code = await shownCode(page);
    expect(code).toMatch(/^[23456789BCDFGHJKMNPQRTVWXYZ]{6}$/);
    await teacher.look('05-lobby-empty');

    await button(page, 'Add a screen').click();
    await button(page, 'A display for the room').click();
    const address = new URL(await page.getByTestId('pairing-address').inputValue());
    await teacher.look('06-add-a-screen');
    await button(page, 'Close').click();
    wall = await cast.comes('wall', address.pathname + address.hash);
    await wall.page.getByTestId('join-code').waitFor();
    await wall.look('07-wall-lobby');
  });

  it('is joined from a phone, by keyboard, and by code in the address', async () => {
    phone = await cast.comes('phone', '/', PHONE);
    await phone.look('08-join');
    await button(phone.page, 'Join').click();
    await phone.page.locator('main').getByText('Type the six characters of the code.').first().waitFor();
    await phone.look('09-join-without-code');
    await phone.page.getByLabel('Join code').fill(code.toLowerCase());
    await phone.page.getByLabel('Your name').fill('Ім’я 😀');
    await button(phone.page, 'Join').click();
    await stage(phone, 'lobby');
    await phone.look('10-student-lobby');

    keys = await cast.comes('keys', '/');
    await tabTo(keys.page, keys.page.getByLabel('Join code'));
    await keys.page.keyboard.type(code);
    await tabTo(keys.page, keys.page.getByLabel('Your name'));
    await keys.page.keyboard.type('Keyboard Kay');
    await keys.page.keyboard.press('Enter');
    await stage(keys, 'lobby');

    traveller = await cast.comes('traveller', `/?code=${code}`, PHONE);
    await traveller.page.getByLabel('Your name').fill('Traveller');
    await button(traveller.page, 'Join').click();
    await stage(traveller, 'lobby');
    await teacher.page.locator('main').getByText('Keyboard Kay').first().waitFor();
    await wall.page.locator('main').getByText('Keyboard Kay').first().waitFor();
    await teacher.look('11-lobby');
    await wall.look('12-wall-lobby-full');
  });

  it('asks a single choice with a picture; one student is cut off and comes back with the answer kept', async () => {
    const { page } = teacher;
    await button(page, 'Start').click();
    await Promise.all(everybody().map((person) => stage(person, 'open')));
    const picture = phone.page.locator('img[alt="A map of the Baltic states"]');
    await picture.waitFor();
    expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(64);
    await teacher.look('13-question');
    await wall.look('14-wall-question');
    await phone.look('15-question');
    await button(phone.page, /Riga/).click();
    await stage(phone, 'answered');
    await phone.look('16-answered');

    traveller.expects(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to (load resource|fetch)/);
    await traveller.context.setOffline(true);
    await button(traveller.page, /Tallinn/).click();
    await traveller.page.getByTestId('connection').waitFor({ timeout: 45_000 });
    await traveller.look('17-cut-off');
    await traveller.context.setOffline(false);
    await stage(traveller, 'answered');

    await press(keys.page, button(keys.page, /Riga/));
    await Promise.all(everybody().map((person) => stage(person, 'result')));
    await phone.page.locator('main').getByText('Right!').first().waitFor();
    await traveller.page.locator('main').getByText('Not this time').first().waitFor();
    await phone.page.locator('main').getByText('Riga lies on the Daugava.').first().waitFor();
    for (const person of [teacher, wall, phone, traveller]) await person.look('18-result');
  });

  it('asks every other kind, and a student closes the browser and goes on', async () => {
    const { page } = teacher;
    const next = async () => {
      await button(page, 'Next question').click();
      await Promise.all(everybody().map((person) => stage(person, 'open')));
    };
    const results = () => Promise.all(everybody().map((person) => stage(person, 'result')));

    await next();
    for (const person of [phone, traveller]) {
      for (const option of ['2', '3']) await person.page.getByRole('button', { name: new RegExp(`(^|\\D)${option}$`) }).click();
    }
    await phone.look('19-multiple-choice');
    for (const person of [phone, traveller]) await button(person.page, 'Send answer').click();
    await press(keys.page, keys.page.getByRole('button', { name: /(^|\D)2$/ }), 'Space');
    await press(keys.page, button(keys.page, 'Send answer'));
    await results();

    await next();
    expect(await phone.page.locator('math').first().isVisible()).toBe(true);
    await phone.look('20-number');
    for (const person of [phone, traveller]) {
      await person.page.getByLabel('Your number').fill('56');
      await button(person.page, 'Send answer').click();
    }
    await tabTo(keys.page, keys.page.getByLabel('Your number'));
    await keys.page.keyboard.type('55');
    await keys.page.keyboard.press('Enter');
    await results();

    await next();
    // A browser that is closed and opened again finds its seat.
    await traveller.page.close({ runBeforeUnload: false });
    const reopened = await traveller.context.newPage();
    await reopened.goto('/');
    await reopened.getByRole('button', { name: 'Continue as Traveller' }).click();
    Object.assign(traveller, { page: reopened });
    await stage(traveller, 'open');
    for (const person of [phone, traveller]) {
      await person.page.getByLabel('Your answer').fill(' jupiter ');
      await button(person.page, 'Send answer').click();
    }
    await phone.look('21-short-text');
    await tabTo(keys.page, keys.page.getByLabel('Your answer'));
    await keys.page.keyboard.type('Mars');
    await keys.page.keyboard.press('Enter');
    await results();

    await next();
    await phone.look('22-ordering');
    for (const person of [phone, traveller]) await button(person.page, 'Send answer').click();
    await press(keys.page, keys.page.getByRole('button', { name: /^Move down: / }).first());
    await press(keys.page, button(keys.page, 'Send answer'));
    await results();
    await phone.look('23-ordering-result');

    await next();
    await button(page, 'Pause').click();
    await stage(phone, 'paused');
    await phone.look('24-paused');
    await teacher.look('25-paused');
    await button(page, 'Go on').click();
    await Promise.all(everybody().map((person) => stage(person, 'open')));
    for (const person of [phone, traveller]) await button(person.page, /True/).click();
    await button(page, 'Show the answer').click();
    await results();
    await keys.page.locator('main').getByText('Time was up').first().waitFor();
  });

  it('ends with a leaderboard, results and a CSV file', async () => {
    const { page } = teacher;
    await button(page, 'Finish').click();
    await Promise.all(everybody().map((person) => stage(person, 'finished')));
    await wall.page.locator('main').getByText('The session is over').first().waitFor();
    for (const person of [wall, phone, keys]) await person.look('26-finished');
    await link(page, 'See the results').click();
    await button(page, 'Download CSV').waitFor({ timeout: 30_000 });
    await teacher.look('27-results');
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download CSV').click()]);
    const rows = csvRows(readFileSync((await download.path())!, 'utf8').replace(/^\ufeff/, ''));
    for (const name of ['Ім’я 😀', 'Keyboard Kay', 'Traveller']) expect(rows.filter((row) => row.includes(name)), name).toHaveLength(QUESTIONS.length);
    await teacher.page.setViewportSize(PHONE);
    await teacher.look('28-results-narrow');
    await teacher.page.setViewportSize(DESKTOP);
  });

  it('never wrote an error to a console', () => {
    for (const person of [teacher, wall, ...everybody()]) expect(person.faults, person.name).toEqual([]);
  });

  it('was played on the pages of one origin, with nothing fetched from elsewhere', async () => {
    for (const person of [teacher, wall, ...everybody()]) {
      const urls = await person.page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
      for (const url of urls) expect(url.startsWith(origin()) || /^(data|blob|ws):/.test(url), url).toBe(true);
    }
  });
});
