//! Real Chromium: one browser a file, one context a person, everything that goes wrong noted.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { byTab, enlarged, inMotion, inTheDark, overhang, violations } from './inspect';
import { OUTPUT, origin } from './server';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable'];
const SCREENSHOTS = join(OUTPUT, 'screenshots');

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 800 };

export async function launch(): Promise<Browser> {
  const executablePath = process.env['LECTERN_CHROMIUM'] ?? PROGRAMS.find((program) => existsSync(program));
  if (executablePath === undefined) throw new Error('no Chromium; name its program in LECTERN_CHROMIUM');
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** What a person's browser brings along. */
export interface Habits {
  /** Its language. */
  locale?: string;
  /** What it keeps from an earlier visit: values of its local storage. */
  keeps?: Record<string, unknown>;
}

/** A person with a browser of their own. */
export class Person {
  /** What a person would never see, and a developer must: errors of the console and of the page. */
  readonly faults: string[] = [];
  #expected: RegExp[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#fault(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.#fault(String(error)));
  }

  static async at(browser: Browser, name: string, path: string, viewport = DESKTOP, { locale = 'en-GB', keeps = {} }: Habits = {}): Promise<Person> {
    const context = await browser.newContext({ viewport, baseURL: origin(), locale, acceptDownloads: true, hasTouch: viewport.width < 500 });
    await context.addInitScript((kept) => {
      if (location.protocol === 'about:') return;
      for (const [key, value] of Object.entries(kept)) if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));
    }, keeps);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const person = new Person(name, context, page);
    await page.goto(path);
    return person;
  }

  /** Errors that this person's story brings about: a network that is gone. */
  expects(fault: RegExp): void {
    this.#expected.push(fault);
  }

  /** A look at the page: nothing cut off, nothing that axe objects to; kept as a picture. */
  async look(state: string): Promise<void> {
    const { page } = this;
    await page.waitForLoadState('domcontentloaded');
    await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
    await page.screenshot({ path: join(SCREENSHOTS, `${state}-${this.name}.png`), fullPage: true });
    const whose = `${state}: ${this.name}’s page`;
    expect.soft(await overhang(page), `${whose} scrolls sideways`).toBeLessThanOrEqual(0);
    expect.soft(await violations(page), whose).toEqual([]);
  }

  /** A look that leaves nothing out: also in the dark, at 200 %, with less motion, and by Tab. */
  async study(state: string): Promise<void> {
    await this.look(state);
    const { page } = this;
    const whose = `${state}: ${this.name}’s page`;
    expect.soft(await inTheDark(page), `${whose} in the dark`).toEqual([]);
    expect.soft(await enlarged(page), `${whose} at 200 %`).toEqual([]);
    expect.soft(await inMotion(page), `${whose} with less motion`).toEqual([]);
    const focus = await page.evaluateHandle(() => document.activeElement);
    expect.soft(await byTab(page), `${whose} by Tab`).toEqual([]);
    await focus.evaluate((element) => (element instanceof HTMLElement ? element.focus() : undefined));
  }

  /** What is to be seen of a failure. */
  async witness(): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `failed-${this.name}.png`) }).catch(() => undefined);
    console.error(this.name, this.page.url().replace(/#pair=.*/, ''), this.faults);
  }

  #fault(text: string): void {
    if (!this.#expected.some((expected) => expected.test(text))) this.faults.push(text);
  }
}
