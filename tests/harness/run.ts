//! Runs, as a tenant's program makes them, and the seats in them.
import { randomInt } from 'node:crypto';
import { Api, anyone, must, randomKey, type Answer } from './api';
import { aSet, singleChoice, type Question } from './sets';
import type { Settings } from '../../workers/web/src/generated/Settings';

export interface Run {
  id: string;
  code: string;
  link: string;
}

/** What sign-on gives for a seat. */
export interface SeatGrant {
  seat: string;
  name: string;
  speedrun: string;
  token: string;
  ticket: string;
  ticket_expires_at: string;
  live_url: string;
  role?: 'host' | 'wall';
}

/** A run of these questions, made by `api`. */
export async function aRun(api: Api, questions: Question[] = [singleChoice('One'), singleChoice('Two')], settings: Partial<Settings> = {}): Promise<Run> {
  const question_set = await aSet(api, questions);
  return must(await api.create('/v1/speedruns', { json: { question_set, settings } }), 201) as Run;
}

/** Joins by code. */
export function join(run: { code: string }, name: string, key = randomKey(), from?: string): Promise<Answer<SeatGrant>> {
  return anyone.post('/v1/sign-on/join', { code: run.code, name, key }, from === undefined ? {} : { from });
}

/** A host's or a wall's seat, for the owner of the run. */
export async function screen(owner: Api, run: { id: string }, role: 'host' | 'wall', name = randomKey()): Promise<SeatGrant> {
  return must(await owner.post(`/v1/speedruns/${run.id}/tickets`, { role, screen: name }), 201) as SeatGrant;
}

/** A further ticket for a seat. */
export async function ticket(run: { id: string }, token: string): Promise<{ ticket: string; live_url: string }> {
  return must(await new Api(token).post(`/v1/speedruns/${run.id}/tickets`, {}), 201);
}

/** Codes that nobody has, as far as chance allows, and that nobody tried before. */
export function guesses(count: number): string[] {
  const letters = '23456789BCDFGHJKMNPQRTVWXYZ';
  return Array.from({ length: count }, () => Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join(''));
}
