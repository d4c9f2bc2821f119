//! The people of one file of browser tests: one browser, and a picture of everybody's page when a test fails.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Api, anyone, must } from './api';
import { DESKTOP, PHONE, Person, launch, type Habits } from './browser';
import { stage } from './pages';
import { join, type Run, type SeatGrant } from './run';

/** Signs somebody on as a guest of the tenant `alder`: what the host's page keeps of it, and the same for scripts. */
export async function aGuest(): Promise<{ keeps: Record<string, unknown>; api: Api }> {
  const session = must(await anyone.post('/v1/sign-on/host', { tenant: 'alder' }), 201);
  return { keeps: { 'lectern.host.alder': session }, api: new Api(session.token as string) };
}

/** Who comes to one file of tests. */
export interface Cast {
  /** Somebody new. */
  comes(name: string, path: string, viewport?: typeof DESKTOP, habits?: Habits): Promise<Person>;
  /** A participant whose seat was taken before, on the page of the run. */
  sits(run: Run, name: string, viewport?: typeof DESKTOP, habits?: Habits): Promise<Person>;
}

/** Call it once, outside of the tests. */
export function aCast(): Cast {
  let browser: Browser;
  const everybody: Person[] = [];

  beforeAll(async () => {
    browser = await launch();
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const person of everybody) await person.witness();
  });

  const comes: Cast['comes'] = async (name, path, viewport = DESKTOP, habits = {}) => {
    const person = await Person.at(browser, name, path, viewport, habits);
    everybody.push(person);
    return person;
  };
  const sits: Cast['sits'] = async (run, name, viewport = PHONE, habits = {}) => {
    const grant = must(await join(run, name), 201) as SeatGrant;
    const seat = { speedrun: run.id, seat: grant.seat, name: grant.name, token: grant.token, role: 'participant', at: Date.now() };
    const person = await comes(name, `/play#${run.id}`, viewport, { ...habits, keeps: { ...habits.keeps, 'lectern.seats': [seat] } });
    await stage(person, 'lobby');
    return person;
  };
  return { comes, sits };
}
