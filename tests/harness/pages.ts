//! Finding one's way about the pages, with the mouse and without.
import type { Locator, Page } from 'playwright-core';
import type { Person } from './browser';

export const button = (page: Page | Locator, name: string | RegExp) => page.getByRole('button', { name, exact: true });
export const link = (page: Page | Locator, name: string | RegExp) => page.getByRole('link', { name, exact: true });

/** Waits until a student's page has this look. */
export const stage = (person: Person, name: string) => person.page.locator(`[data-testid=play][data-stage=${name}]`).waitFor();

/** Waits until a page shows these words. */
export const says = (person: Person, text: string) => person.page.locator('main').getByText(text, { exact: true }).first().waitFor();

/** Presses Tab until the focus is there, as one who has no mouse. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.first().waitFor();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.first().evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

/** Goes there by Tab, and presses a key. */
export async function press(page: Page, wanted: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press(key);
}

/** The join code that a host's page shows. */
export async function shownCode(page: Page): Promise<string> {
  return (await page.getByTestId('join-code').locator('[aria-hidden=true]').innerText()).replaceAll(/\s/g, '');
}
