//! A slow phone in a slow network: the pages are usable in five seconds, and nothing jumps.
//!
//! The network is the slow 3G of WebPageTest: 400 kbit/s each way, 400 ms for a round trip. The processor is slowed down
//! four times from whatever machine this runs on.
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { must, type Api } from '../harness/api';
import { PHONE, type Person } from '../harness/browser';
import { aCast, aGuest } from '../harness/cast';
import { button, stage } from '../harness/pages';
import { Player } from '../harness/player';
import { aRun, join, type Run, type SeatGrant } from '../harness/run';
import { png, upload, document as lectern, type Question } from '../harness/sets';

const ROUND_TRIP = 400;
const BYTES_A_SECOND = 400_000 / 8;
const CPU = 4;
const USABLE_WITHIN = 5_000;
const STILL = 0.02;

const QUESTIONS: Question[] = [
  { kind: 'single_choice', text: 'Which city is the capital of Latvia?', category: 'Capitals', image: { file: 'map.png', alt: 'A map' }, options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }], explanation: 'Riga lies on the Daugava.', duration: 300 },
  { kind: 'number', text: 'What is \\(7 \\cdot 8\\)?', correct: 56, tolerance: 0, duration: 300 },
  { kind: 'ordering', text: 'From small to large', items: ['ant', 'cat', 'cow'], duration: 300 },
];

const cast = aCast();
afterAll(() => host?.close());
let api: Api;
let run: Run;
let host: Player;

/** A page that has nothing from before, on the slow phone. */
async function slow(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: ROUND_TRIP, downloadThroughput: BYTES_A_SECOND, uploadThroughput: BYTES_A_SECOND });
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU });
  return session;
}

/** Every layout shift since the page began, whatever caused it (https://web.dev/articles/cls). */
function watchShifts(): void {
  const shifts: { value: number; what: string }[] = ((window as any).shifts = []);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as any[]) {
      shifts.push({ value: entry.value, what: entry.sources.map((source: any) => source.node?.outerHTML?.slice(0, 80) ?? '').join(' | ') });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

async function shifted(page: Page): Promise<{ sum: number; what: string }> {
  const shifts = await page.evaluate(() => (window as any).shifts as { value: number; what: string }[]);
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), what: shifts.map(({ value, what }) => `${value.toFixed(4)} ${what}`).join('\n') };
}

async function isStill(person: Person, when: string): Promise<void> {
  const { sum, what } = await shifted(person.page);
  console.info(`${when}: layout shift ${sum.toFixed(4)}`);
  expect(sum, `${when}: ${what}`).toBeLessThanOrEqual(STILL);
}

/** Milliseconds from the beginning of the navigation until there is what `selector` says, by the page's own clock. */
async function usable(page: Page, path: string, selector: string): Promise<number> {
  await page.addInitScript((wanted) => {
    const look = () => {
      const element = document.querySelector(wanted);
      if (element === null) return requestAnimationFrame(look);
      // It can be used once it was painted and the page is free to react.
      requestAnimationFrame(() => setTimeout(() => ((window as any).usable = performance.now())));
      return undefined;
    };
    look();
  }, selector);
  await page.goto(path, { waitUntil: 'commit' });
  return page.waitForFunction(() => (window as any).usable, undefined, { timeout: 60_000, polling: 100 }).then((handle) => handle.jsonValue() as Promise<number>);
}

beforeAll(async () => {
  ({ api } = await aGuest());
  const question_set = must(await upload(api, 'set.json', lectern(QUESTIONS), {}, [{ name: 'map.png', bytes: png(640, 480), type: 'image/png' }]), 201).id as string;
  run = must(await api.create('/v1/speedruns', { json: { question_set, settings: { close_when_all_answered: false } } }), 201) as Run;
  host = await Player.screen(api, run);
});

describe('a slow phone in a slow network', () => {
  let student: Person;

  // A machine that is busy with something else slows down more than four times: the best of three counts.
  it.each(['en-GB', 'uk-UA'])('can be typed into within five seconds (%s)', { retry: 2 }, async (locale) => {
    student = await cast.comes(`slow-${locale}`, 'about:blank', PHONE, { locale });
    await student.page.addInitScript(watchShifts);
    await slow(student.page);
    const time = await usable(student.page, `/?code=${run.code}`, '#name');
    console.info(`join page in ${locale}: usable after ${Math.round(time)} ms`);
    expect(time).toBeLessThanOrEqual(USABLE_WITHIN);
    await isStill(student, `the join page (${locale})`);
  });

  it('joins, waits and is asked without anything that jumps', async () => {
    const { page } = student;
    await page.locator('#name').fill('Повільна');
    await button(page, 'Увійти').click();
    await stage(student, 'lobby');
    await isStill(student, 'from the form to the lobby');
    await host.tell('start');
    await stage(student, 'open');
    await page.locator('img[alt="A map"]').waitFor();
    await isStill(student, 'the first question and its picture');
    await button(page, /Riga/).click();
    await stage(student, 'answered');
    await isStill(student, 'the answer');
    await host.tell('reveal');
    await stage(student, 'result');
    await isStill(student, 'the result');
    await host.tell('next');
    await stage(student, 'open');
    await isStill(student, 'the second question');
  });

  it('opens a run that is on, and can answer within five seconds', { retry: 2 }, async ({ task }) => {
    const grant = must(await join(run, `Back again ${task.result?.retryCount ?? 0}`), 201) as SeatGrant;
    const seat = { speedrun: run.id, seat: grant.seat, name: grant.name, token: grant.token, role: 'participant', at: Date.now() };
    const back = await cast.comes('slow-back', 'about:blank', PHONE, { keeps: { 'lectern.seats': [seat] } });
    await back.page.addInitScript(watchShifts);
    await slow(back.page);
    const time = await usable(back.page, `/play#${run.id}`, '[data-stage=open] form input');
    console.info(`play page: usable after ${Math.round(time)} ms`);
    expect(time).toBeLessThanOrEqual(USABLE_WITHIN);
    await isStill(back, 'the play page');
  });
});
