//! A teacher writes question sets in real Chromium.
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { must, type Api } from '../harness/api';
import { DESKTOP, type Person } from '../harness/browser';
import { aCast, aGuest } from '../harness/cast';
import { button, link } from '../harness/pages';
import { aSet, document, form, png, singleChoice } from '../harness/sets';

const cast = aCast();

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
    author = await cast.comes('author', '/host/alder');
    const { page } = author;
    await button(page, 'Start hosting as a guest').click();
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

describe('the editor, with pictures and with somebody else', () => {
  let author: Person;
  let api: Api;
  let set: string;
  const png64 = { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from(png(64, 48)) };
  const group = (n: number) => author.page.getByRole('group', { name: `Question ${n}`, exact: true });
  const stored = async () => must(await api.get(`/v1/question-sets/${set}/questions`), 200).questions as any[];

  /** Chooses a file where a button asks for one, as a person does. */
  async function choose(name: string, files: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    const [chooser] = await Promise.all([author.page.waitForEvent('filechooser'), button(group(1), name).click()]);
    await chooser.setFiles(files);
  }

  /** The words of what has the focus. */
  const focused = () => author.page.locator(':focus').evaluate((element) => element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent);

  it('takes pictures for a question and for an option, and wants to be told what they show', async () => {
    const { keeps, api: scripts } = await aGuest();
    api = scripts;
    set = await aSet(api, [singleChoice('Where is it?')], 'Maps');
    author = await cast.comes('painter', `/host/alder#/sets/${set}/edit`, DESKTOP, { keeps });
    await choose('Choose a picture: Question 1', png64);
    expect(await focused()).toBe('What the picture shows');
    await author.page.keyboard.type('A map');
    await choose('Choose a picture: Option 2', { ...png64, name: 'river.png', buffer: Buffer.from(png(32, 32, 0x99)) });
    await author.page.keyboard.type('A river');
    await author.look('editor-pictures');
    await button(author.page, 'Save the set').click();
    await author.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
    const [question] = await stored();
    expect(question.image.alt).toBe('A map');
    expect(question.kind.options.map((option: any) => option.image?.alt)).toEqual([undefined, 'A river', undefined]);
    expect(question.image.id).not.toBe(question.kind.options[1].image.id);
  });

  it('shows stored pictures again, keeps them when only words change, and lets go of one that is removed', async () => {
    const [before] = await stored();
    await author.page.goto(`/host/alder#/sets/${set}/edit`);
    await expect.poll(() => group(1).locator('img').count()).toBe(2);
    const widths = () => group(1).locator('img').evaluateAll((images) => Promise.all(images.map((image) => (image as HTMLImageElement).decode().then(() => (image as HTMLImageElement).naturalWidth))));
    expect(await widths()).toEqual([64, 32]);
    await group(1).getByLabel('What the picture shows').first().fill('A map of the Baltic states');
    await button(group(1), 'Remove the picture: Option 2').click();
    expect(await focused()).toBe('Choose a picture: Option 2');
    await button(author.page, 'Save the set').click();
    await author.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
    const [after] = await stored();
    expect(after.image).toEqual({ id: before.image.id, alt: 'A map of the Baltic states' });
    expect(after.kind.options.some((option: any) => option.image !== undefined)).toBe(false);
  });

  it('says what is wrong with a file that is no picture, and keeps what was written', async () => {
    author.expects(/422/);
    await author.page.goto(`/host/alder#/sets/${set}/edit`);
    await group(1).getByLabel('Question text').fill('Where on earth is it?');
    await choose('Choose a picture: Option 1', { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
    await button(author.page, 'Save the set').click();
    const faults = author.page.getByTestId('editor-faults');
    await faults.getByText('The picture is no PNG, JPEG or WebP, or it is damaged.').waitFor();
    expect(await group(1).getByLabel('Question text').inputValue()).toBe('Where on earth is it?');
    await author.look('editor-no-picture');
    await button(group(1), 'Remove the picture: Option 1').click();
    await button(author.page, 'Save the set').click();
    await author.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
    expect((await stored())[0].text).toEqual([{ text: 'Where on earth is it?' }]);
  });

  /** Somebody else, on another screen, gives the set another title and question. */
  async function elsewhere(text: string): Promise<void> {
    const record = await api.get(`/v1/question-sets/${set}`);
    must(await api.call('PUT', `/v1/question-sets/${set}`, { form: form('set.json', document([singleChoice(text)], 'Theirs')), headers: { 'if-match': record.headers.get('etag')! } }), 200);
  }

  it('asks before it replaces what somebody else has saved meanwhile', async () => {
    author.expects(/412/);
    await author.page.goto(`/host/alder#/sets/${set}/edit`);
    await group(1).getByLabel('Question text').fill('Mine');
    await elsewhere('Theirs, first');
    await button(author.page, 'Save the set').click();
    const conflict = author.page.getByTestId('editor-conflict');
    await conflict.getByText('This set was changed elsewhere since you opened it.').waitFor();
    await author.study('editor-conflict');
    expect((await stored())[0].text, 'nothing is replaced unasked').toEqual([{ text: 'Theirs, first' }]);
    expect(await group(1).getByLabel('Question text').inputValue(), 'and nothing is lost').toBe('Mine');

    // To replace is to replace the version that one was told of, not one that comes after it.
    await author.page.route(`**/v1/question-sets/${set}`, async (route) => {
      if (route.request().method() === 'PUT') await elsewhere('Theirs, second');
      await route.fallback();
    }, { times: 2 });
    await Promise.all([author.page.waitForResponse((response) => response.request().method() === 'PUT' && response.status() === 412), button(conflict, 'Replace it').click()]);
    await conflict.waitFor();
    expect((await stored())[0].text).toEqual([{ text: 'Theirs, second' }]);
    await button(conflict, 'Replace it').click();
    await author.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
    // Their version had dropped the picture; mine still has it.
    expect((await stored())[0]).toMatchObject({ text: [{ text: 'Mine' }], image: { alt: 'A map of the Baltic states' } });
  });

  it('opens afresh what somebody else has saved, if that is wanted', async () => {
    await author.page.goto(`/host/alder#/sets/${set}/edit`);
    await group(1).getByLabel('Question text').fill('Mine again');
    await elsewhere('Theirs, third');
    await button(author.page, 'Save the set').click();
    await button(author.page.getByTestId('editor-conflict'), 'Open it afresh').click();
    await expect.poll(() => group(1).getByLabel('Question text').inputValue()).toBe('Theirs, third');
    expect(await author.page.getByLabel('Title', { exact: true }).inputValue()).toBe('Theirs');
    expect(await author.page.getByTestId('editor-conflict').count()).toBe(0);
    expect(await focused()).toBe('Edit question set');
    await group(1).getByLabel('Question text').fill('Ours');
    await button(author.page, 'Save the set').click();
    await author.page.getByRole('heading', { name: 'Question sets', exact: true }).waitFor();
    expect((await stored())[0].text).toEqual([{ text: 'Ours' }]);
  });

  it('keeps the focus where the work is when questions and options come, move and go', async () => {
    await author.page.goto(`/host/alder#/sets/${set}/edit`);
    const { page } = author;
    await button(page, 'Add a question').click();
    expect(await focused()).toBe('Question text');
    await page.keyboard.type('Second');
    await button(page, 'Move question 2 up').click();
    expect(await focused()).toBe('Move question 1 down');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Move question 2 up');
    await button(group(2), 'Add an option').click();
    expect(await focused()).toBe('Option 3');
    await button(group(2), 'Remove option 3').click();
    expect(await focused()).toBe('Option 2');
    await button(page, 'Remove question 2').click();
    expect(await focused()).toBe('Question text');
    expect(author.faults).toEqual([]);
  });
});
