//! What a screen reader has to go by, step by step: the page's accessibility tree, where the focus is, what is announced.
import type { Page } from 'playwright-core';
import type { Person } from './browser';
import { eventually, sleep } from './time';

declare global {
  interface Window {
    /** Whatever live regions said, in the order in which it came. */
    heard?: string[];
  }
}

/** Notes in `window.heard` what live regions say, from the first script of every page of this context on. */
function listen(): void {
  window.heard = [];
  const last = new Map<Element, string>();
  const hear = (region: Element) => {
    const politeness = region.getAttribute('aria-live') ?? (region.getAttribute('role') === 'alert' ? 'assertive' : 'polite');
    const said = region.textContent ?? '';
    if (politeness === 'off' || said.trim() === '' || last.get(region) === said) return;
    last.set(region, said);
    window.heard?.push(`${politeness === 'assertive' ? '!' : ''}${said.replace(/\s+/g, ' ').trim()}`);
  };
  const regions = '[aria-live], [role=status], [role=alert]';
  new MutationObserver((changes) => {
    const touched = new Set<Element>();
    for (const { target, addedNodes } of changes) {
      const near = (target instanceof Element ? target : target.parentElement)?.closest(regions);
      if (near != null) touched.add(near);
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(regions)) touched.add(node);
        for (const inside of node.querySelectorAll(regions)) touched.add(inside);
      }
    }
    for (const region of touched) if (region.isConnected) hear(region);
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** What one person's screen reader had to go by. */
export class Transcript {
  #steps: string[] = [];

  private constructor(
    readonly page: Page,
    readonly hide: (text: string) => string,
  ) {}

  /** Begins with the page loaded again, so that nothing is missed. `hide` replaces what differs from run to run. */
  static async of(person: Person, hide: (text: string) => string): Promise<Transcript> {
    await person.context.addInitScript(listen);
    await person.page.reload();
    return new Transcript(person.page, hide);
  }

  /** Waits until a live region has said this. */
  async hears(words: string): Promise<void> {
    await eventually(`“${words}” is announced`, async () => (await this.#heard()).some((said) => said.includes(words)), 20_000, 50);
  }

  /** Leaves out what was announced since the last note and is another in each run. */
  async forget(words: RegExp): Promise<void> {
    const kept = (await this.#heard()).filter((said) => !words.test(said));
    await this.page.evaluate((heard) => (window.heard = heard), kept);
  }

  /** Notes how the page stands once it has come to rest. */
  async note(step: string): Promise<void> {
    const { page } = this;
    let [tree, focus] = ['', ''];
    // At rest: twice the same.
    for (let before = '-'; before !== tree + focus; ) {
      before = tree + focus;
      await sleep(150);
      // The regions that announce are left out: what they said is noted, and what they still hold is chance.
      tree = (await page.locator('body').ariaSnapshot()).replaceAll(/^- (status|alert)\b.*\n?/gm, '').trimEnd();
      focus = (await page.locator(':focus').count()) === 0 ? 'nowhere' : ((await page.locator(':focus').ariaSnapshot()).split('\n')[0] ?? '').replace(/^- /, '').replace(/:$/, '');
    }
    const heard = await this.#heard();
    await page.evaluate(() => (window.heard = []));
    const said = heard.map((words) => `said: ${words.startsWith('!') ? `at once, ${words.slice(1)}` : words}`);
    this.#steps.push(this.hide([`## ${step}`, `title: ${await page.title()}`, `focus: ${focus}`, ...said, '', tree].join('\n')));
  }

  /** The whole of it. */
  text(): string {
    return `${this.#steps.join('\n\n')}\n`;
  }

  /** Steps after which nothing had the focus. */
  lost(): string[] {
    return this.#steps.filter((step) => /^focus: nowhere$/m.test(step)).map((step) => step.split('\n')[0] ?? '');
  }

  #heard(): Promise<string[]> {
    return this.page.evaluate(() => window.heard ?? []);
  }
}
