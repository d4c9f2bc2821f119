//! Two students go through a run at their own pace in real Chromium; and a teacher writes a set there.
import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, PHONE, Person, launch } from '../harness/browser';
import { document as lectern } from '../harness/sets';

const QUESTIONS = [
  { kind: 'single_choice', text: 'Which city is the capital of Latvia?', options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }], explanation: 'Riga lies on the Daugava.', duration: 300 },
  { kind: 'number', text: 'Seven times eight?', correct: 56, tolerance: 0, duration: 300 },
  { kind: 'true_false', text: 'The Nile flows northwards.', correct: true, duration: 300 },
  { kind: 'slide', text: 'That was all. Thank you!' },
];

const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const link = (page: Page | Locator, name: string) => page.getByRole('link', { name, exact: true });
const stage = (person: Person, name: string) => person.page.locator(`[data-testid=play][data-stage=${name}]`).waitFor();
const says = (person: Person, text: string) => person.page.locator('main').getByText(text, { exact: true }).first().waitFor();

let browser: Browser;
const everybody: Person[] = [];

/** Somebody new, whose page is kept if a test fails. */
async function comes(name: string, path: string, viewport = DESKTOP): Promise<Person> {
  const person = await Person.at(browser, name, path, viewport);
  everybody.push(person);
  return person;
}

async function hosts(name: string): Promise<Person> {
  const person = await comes(name, '/host/alder');
  await button(person.page, 'Start hosting as a guest').click();
  await person.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
  return person;
}

/** Presses Tab until the focus is there, as one who has no mouse. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

async function press(page: Page, wanted: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press(key);
}

beforeAll(async () => {
  browser = await launch();
}, 60_000);
afterAll(() => browser?.close());

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const person of everybody) await person.witness();
});

describe('a run at everybody’s own pace in the browser', () => {
  let teacher: Person;
  let phone: Person;
  let keys: Person;

  /** A line of the teacher’s table of who is where. */
  const line = (name: string) => teacher.page.getByRole('region', { name: 'Who is where' }).getByRole('row').filter({ hasText: name });
  const lineSays = (name: string, text: string | RegExp) => line(name).filter({ hasText: text }).waitFor();

  it('is opened by a teacher who chooses that pace for an uploaded set', async () => {
    teacher = await hosts('pace-teacher');
    const { page } = teacher;
    await page.locator('input[type=file]').setInputFiles({ name: 'short.json', mimeType: 'application/json', buffer: Buffer.from(lectern(QUESTIONS, 'A short set')) });
    await link(page, 'Start a session with A short set').click();
    await page.getByRole('radio', { name: 'Everybody goes at their own pace' }).check();
    expect(await page.getByLabel('Close a question once everybody has answered').count()).toBe(0);
    await teacher.look('own-01-new-session');
    await button(page, 'Open the lobby').click();
    const code = (await page.getByTestId('join-code').locator('[aria-hidden=true]').innerText()).replaceAll(/\s/g, '');

    phone = await comes('pace-phone', `/?code=${code}`, PHONE);
    await phone.page.getByLabel('Your name').fill('Phone Pat');
    await button(phone.page, 'Join').click();
    await stage(phone, 'lobby');
    await says(phone, 'This session goes at your own pace once it starts.');
    await phone.look('own-02-lobby');

    keys = await comes('pace-keys', `/?code=${code}`);
    await tabTo(keys.page, keys.page.getByLabel('Your name'));
    await keys.page.keyboard.type('Keyboard Kay');
    await keys.page.keyboard.press('Enter');
    await stage(keys, 'lobby');
    await button(page, 'Manage Keyboard Kay').waitFor();
  });

  it('lets each student open the first question when they are ready', async () => {
    await button(teacher.page, 'Start').click();
    await Promise.all([stage(phone, 'start'), stage(keys, 'start')]);
    await lineSays('Phone Pat', '0 of 4');
    await phone.look('own-03-start');
    await teacher.look('own-04-nobody-began');

    await button(phone.page, 'Start').click();
    await stage(phone, 'open');
    await phone.look('own-05-question');
    await button(phone.page, /Riga/).click();
    await stage(phone, 'result');
    await says(phone, 'Right!');
    await says(phone, 'Riga lies on the Daugava.');
    await phone.look('own-06-result');
    await stage(keys, 'start');
    await lineSays('Phone Pat', '1 of 4');
    await lineSays('Keyboard Kay', '0 of 4');
  });

  it('keeps seat, question and clock of a student who reloads the page', async () => {
    const { page } = phone;
    await button(page, 'Next question').click();
    await stage(phone, 'open');
    await says(phone, 'Question 2 of 4');
    const score = await page.locator('.score strong').innerText();
    await page.waitForTimeout(2_500);
    const left = Number(await page.getByRole('timer').innerText());
    await page.reload();
    await stage(phone, 'open');
    await says(phone, 'Question 2 of 4');
    await says(phone, 'Phone Pat');
    expect(await page.locator('.score strong').innerText()).toBe(score);
    expect(Number(await page.getByRole('timer').innerText())).toBeLessThanOrEqual(left);
    await page.getByLabel('Your number').fill('56');
    await button(page, 'Send answer').click();
    await stage(phone, 'result');

    // Between two questions it is the result that is found again.
    await page.reload();
    await stage(phone, 'result');
    await says(phone, 'Right!');
    await lineSays('Phone Pat', '2 of 4');
    await button(page, 'Next question').click();
    await stage(phone, 'open');
  });

  it('shows the teacher that one is through while another has only begun', async () => {
    await press(keys.page, button(keys.page, 'Start'));
    await stage(keys, 'open');
    await press(keys.page, button(keys.page, /Tallinn/), 'Space');
    await stage(keys, 'result');
    await says(keys, 'Not this time');
    await keys.look('own-07-result');

    await button(phone.page, /True/).click();
    await stage(phone, 'result');
    await button(phone.page, 'Next question').click();
    await stage(phone, 'slide');
    await phone.look('own-08-slide');
    await button(phone.page, 'Finish').click();
    await stage(phone, 'done');
    await says(phone, 'You are through');
    await phone.look('own-09-through');

    await teacher.page.getByTestId('done').filter({ hasText: '1 of 2 are through' }).waitFor();
    await lineSays('Keyboard Kay', '1 of 4');
    await lineSays('Phone Pat', /4 of 4.*through/s);
    const first = teacher.page.getByRole('region', { name: 'Who is where' }).locator('tbody tr').first();
    expect(await first.innerText(), 'who is furthest behind comes first').toContain('Keyboard Kay');
    await teacher.look('own-10-progress');
  });

  it('ends by itself when the last student is through', async () => {
    const { page } = keys;
    await press(page, button(page, 'Next question'));
    await stage(keys, 'open');
    await tabTo(page, page.getByLabel('Your number'));
    await page.keyboard.type('56');
    await page.keyboard.press('Enter');
    await stage(keys, 'result');
    await says(keys, 'Right!');
    await press(page, button(page, 'Next question'));
    await stage(keys, 'open');
    await press(page, button(page, /True/));
    await stage(keys, 'result');
    await press(page, button(page, 'Next question'));
    await stage(keys, 'slide');
    await press(page, button(page, 'Finish'));

    await Promise.all([stage(phone, 'finished'), stage(keys, 'finished')]);
    await teacher.page.getByRole('heading', { name: 'This session is over' }).waitFor();
    await phone.look('own-11-finished');
    await keys.look('own-11-finished');
    await teacher.look('own-11-finished');
  });

  it('has results that show both students', async () => {
    const { page } = teacher;
    await link(page, 'See the results').click();
    await button(page, 'Download CSV').waitFor({ timeout: 30_000 });
    const people = page.getByRole('region', { name: 'Participants' });
    const cells = (name: string) => people.getByRole('row').filter({ hasText: name }).getByRole('cell').allInnerTexts();
    expect(await cells('Phone Pat')).toEqual(['1', expect.stringMatching(/\d/), '3', '3']);
    expect(await cells('Keyboard Kay')).toEqual(['2', expect.stringMatching(/\d/), '3', '2']);
    await teacher.look('own-12-results');
  });

  it('never wrote an error to a console', () => {
    for (const person of [teacher, phone, keys]) expect(person.faults, person.name).toEqual([]);
  });
});

describe('the editor in the browser', () => {
  let author: Person;

  const group = (n: number) => author.page.getByRole('group', { name: `Question ${n}`, exact: true });
  const field = (n: number, name: string) => group(n).getByRole('textbox', { name, exact: true });
  const card = (title: string) => author.page.getByRole('list', { name: 'Yours' }).getByRole('listitem').filter({ hasText: title });

  /** Opens what else can be done with a set. */
  async function more(title: string): Promise<Locator> {
    const found = card(title);
    const details = found.locator('details');
    await details.waitFor();
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    return found;
  }

  async function exported(title: string): Promise<any> {
    const within = await more(title);
    const [download] = await Promise.all([author.page.waitForEvent('download'), button(within, 'Export as JSON').click()]);
    expect(download.suggestedFilename()).toBe(`${title}.json`);
    return JSON.parse(readFileSync((await download.path())!, 'utf8'));
  }

  it('saves a set of two kinds that is written from nothing', async () => {
    author = await hosts('author');
    const { page } = author;
    await link(page, 'Write a set').click();
    await page.getByRole('heading', { name: 'New question set' }).waitFor();
    await page.getByLabel('Title', { exact: true }).fill('Rivers');
    await page.getByLabel(/^Language of the questions/).fill('en');
    await field(1, 'Question text').fill('Which river runs through Riga?');
    await field(1, 'Option 1').fill('Neris');
    await field(1, 'Option 2').fill('Daugava');
    await group(1).getByRole('radio', { name: 'Option 2 is right' }).check();
    await page.getByLabel('Kind of the new question').selectOption('number');
    await button(page, 'Add a question').click();
    await field(2, 'Question text').fill('How many banks has a river?');
    await group(2).getByLabel('Right number').fill('2');
    await author.look('own-20-editor');
    await button(page, 'Save the set').click();
    await card('Rivers').filter({ hasText: '2 questions' }).waitFor();
  });

  it('opens a saved set again, and keeps what is changed', async () => {
    const { page } = author;
    await link(await more('Rivers'), 'Edit').click();
    await page.getByRole('heading', { name: 'Edit question set' }).waitFor();
    expect(await group(1).getByRole('radio', { name: 'Option 2 is right' }).isChecked()).toBe(true);
    await field(1, 'Option 1').fill('Gauja');
    await button(page, 'Move question 2 up').click();
    expect(await field(1, 'Question text').inputValue()).toBe('How many banks has a river?');
    await author.look('own-21-editor-again');
    await button(page, 'Save the set').click();

    const document = await exported('Rivers');
    expect(document).toMatchObject({ lectern: 1, title: 'Rivers', language: 'en' });
    expect(document.questions).toHaveLength(2);
    expect(document.questions[0]).toMatchObject({ kind: 'number', text: 'How many banks has a river?', correct: 2 });
    expect(document.questions[1]).toMatchObject({ kind: 'single_choice', options: ['Gauja', { text: 'Daugava', correct: true }] });
  });

  it('gives a set another name', async () => {
    const { page } = author;
    await button(await more('Rivers'), 'Rename').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New title').fill('Streams');
    await author.look('own-22-rename');
    await button(dialog, 'Save').click();
    await card('Streams').waitFor();
    expect(await card('Rivers').count()).toBe(0);
    expect((await exported('Streams')).title).toBe('Streams');
  });

  it('deletes a set only after asking', async () => {
    const { page } = author;
    const dialog = page.getByRole('dialog', { name: 'Delete “Streams”? This cannot be undone.' });
    await button(await more('Streams'), 'Delete').click();
    await author.look('own-23-delete');
    await button(dialog, 'Cancel').click();
    await dialog.waitFor({ state: 'hidden' });
    await page.reload();
    await button(await more('Streams'), 'Delete').click();
    await button(dialog, 'Delete').click();
    await page.getByText('No sets yet. Upload a file or write one.').waitFor();
    await page.reload();
    await page.getByText('No sets yet. Upload a file or write one.').waitFor();
  });

  it('never wrote an error to a console', () => {
    expect(author.faults).toEqual([]);
  });
});
