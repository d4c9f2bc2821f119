//! What can be measured of a page's accessibility, whatever is on it.
//!
//! Each function gives the faults in words; none is a good page.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** axe’s rules, also that controls are large enough (WCAG 2.2, 2.5.8), which it leaves out by itself. */
export async function violations(page: Page, only?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${axe}; 0`);
  return page.evaluate(async (rules) => {
    const how = rules === undefined ? { rules: { 'target-size': { enabled: true } } } : { runOnly: rules };
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ['violations'], ...how });
    return violations.map((one: any) => `${one.id}: ${one.help} — ${one.nodes.map((node: any) => node.html).join(' | ').slice(0, 400)}`);
  }, only);
}

/** How far the page reaches beyond the window, sideways. */
export const overhang = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Ink and ground where it is dark. */
export async function inTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const found = await violations(page, ['color-contrast']);
  await page.emulateMedia({ colorScheme: null });
  return found;
}

/** What moves by itself for people who asked for less motion. */
export async function inMotion(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const found = await page.evaluate(() => {
    const moving = [...document.querySelectorAll('*')].filter((element) => {
      const { animationName, transitionDuration } = getComputedStyle(element);
      return animationName !== 'none' || transitionDuration.split(',').some((time) => parseFloat(time) > 0);
    });
    return [...moving.map((element) => element.outerHTML.slice(0, 100)), ...document.getAnimations().map(() => 'a running animation')];
  });
  await page.emulateMedia({ reducedMotion: null });
  return found;
}

/**
 * What is lost at 200 %. On a desktop that is half the window (WCAG 1.4.10), on a phone letters of double size in the
 * same window (WCAG 1.4.4).
 */
export async function enlarged(page: Page): Promise<string[]> {
  const { width, height } = page.viewportSize()!;
  const phone = width < 500;
  const before = await visible(page);
  if (phone) await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
  else await page.setViewportSize({ width: width / 2, height: height / 2 });
  await page.evaluate(() => new Promise(requestAnimationFrame));
  const after = await visible(page);
  const found = await page.evaluate(() => {
    const faults: string[] = [];
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > room) faults.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${room}`);
    for (const element of document.querySelectorAll<HTMLElement>('#app *')) {
      if (element.closest('.unseen, [aria-hidden=true], .scroll, svg, math, select') !== null || element.offsetParent === null) continue;
      const says = `${element.tagName.toLowerCase()} “${(element.textContent ?? '').trim().slice(0, 40)}”`;
      const { overflowX, overflowY } = getComputedStyle(element);
      const field = element.matches('input, textarea');
      if (!field && overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) faults.push(`${says} is cut off at its side`);
      if (!field && (overflowY === 'hidden' || overflowY === 'clip') && element.scrollHeight > element.clientHeight + 1) faults.push(`${says} is cut off below`);
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (right > room + 1 || left < -1)) faults.push(`${says} stands outside of the window`);
    }
    return faults;
  });
  if (phone) await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  else await page.setViewportSize({ width, height });
  const lost = before.filter((words) => !after.includes(words));
  return [...found, ...lost.map((words) => `“${words}” is not to be seen any more`)];
}

/** The words on a page and the names of its controls. */
const visible = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const shown = [...document.querySelectorAll<HTMLElement>('#app *')].filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.closest('.unseen, [role=timer], [role=status]') === null);
    const own = (element: HTMLElement) => [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => (node.textContent ?? '').trim());
    return shown.flatMap((element) => [...own(element), element.getAttribute('aria-label') ?? '']).filter((words) => words !== '' && !/^[\d,.]+$/.test(words));
  });

/** What is wrong with the way through the page by Tab: what it does not reach, and where one would not see where one is. */
export async function byTab(page: Page): Promise<string[]> {
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
    const modal = document.querySelector('dialog[open]');
    const reachable = all.filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(':disabled') && element.tabIndex >= 0 && (modal === null || modal.contains(element)));
    // A group of radio buttons is one stop.
    const stops = reachable.filter((element) => {
      if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
      const group = reachable.filter((other): other is HTMLInputElement => other instanceof HTMLInputElement && other.type === 'radio' && other.name === element.name && other.form === element.form);
      return element === (group.find((other) => other.checked) ?? group[0]);
    });
    stops.forEach((element, n) => (element.dataset['stop'] = String(n)));
    return stops.map((element) => element.outerHTML.slice(0, 120));
  });
  await page.evaluate(() => {
    const seen: Stop[] = ((window as any).stops = []);
    const look = ({ target: element }: { target: EventTarget | null }) => {
      if (!(element instanceof HTMLElement)) return;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const over = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2);
      seen.push({
        stop: Number(element.dataset['stop'] ?? -1),
        html: element.outerHTML.slice(0, 120),
        ring: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        free: over === null || element.contains(over) || over.contains(element) || over.closest('label')?.contains(element) === true,
      });
    };
    (window as any).lookAtStops = look;
    document.addEventListener('focusin', look);
  });
  // Once round, and some more: the way may begin anywhere.
  for (let presses = 0; presses < wanted.length + 3; presses += 1) await page.keyboard.press('Tab');
  const stops = await page.evaluate((): Stop[] => {
    document.removeEventListener('focusin', (window as any).lookAtStops);
    for (const element of document.querySelectorAll<HTMLElement>('[data-stop]')) delete element.dataset['stop'];
    return (window as any).stops;
  });
  const known = stops.filter(({ stop }) => stop >= 0);
  const backwards = known.filter(({ stop }, n) => n > 0 && stop < known[n - 1]!.stop);
  return [
    ...stops.filter(({ ring }) => !ring).map(({ html }) => `no ring around: ${html}`),
    ...stops.filter(({ free }) => !free).map(({ html }) => `hidden behind something: ${html}`),
    ...backwards.slice(1).map(({ html }) => `out of order: ${html}`),
    ...wanted.filter((_, n) => !known.some(({ stop }) => stop === n)).map((html) => `not reached: ${html}`),
  ];
}

/** Where Tab led. */
interface Stop {
  stop: number;
  html: string;
  /** Whether one sees that the focus is there. */
  ring: boolean;
  /** Whether nothing covers it. */
  free: boolean;
}
