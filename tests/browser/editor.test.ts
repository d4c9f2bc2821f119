//! A teacher writes question sets in real Chromium.
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Person } from '../harness/browser';
import { aCast } from '../harness/cast';
import { button, link } from '../harness/pages';

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
