//! Seats: joining, coming back.
//!
//! Invariant: a join whose answer was lost is repeated with the same key, so it gives the same seat.

import type { Ticket } from '../live';
import { json, randomKey } from './http';
import { keep, recall } from './storage';

/** A seat that this browser holds. */
export interface Seat {
  speedrun: string;
  seat: string;
  name: string;
  token: string;
  role: 'participant' | 'host' | 'wall';
  at: number;
  /** Its run has ended: there is a result to look at, but nothing to go on with. */
  over?: boolean;
}

/** A seat together with its first ticket. */
export interface Admission extends Seat {
  ticket: Ticket;
}

type Answer = { seat: string; name?: string; role?: Seat['role']; speedrun: string; token: string; ticket: string; live_url: string };

const SEATS = 'lectern.seats';
const KEY = 'lectern.join';
const SCREEN = 'lectern.screen';
const DAY = 24 * 60 * 60 * 1000;

/** Joins by code or by the secret of a link. */
export async function join(by: { code: string } | { link: string }, name: string): Promise<Admission> {
  const where = 'code' in by ? by.code : by.link;
  const before = recall<{ where: string; name: string; key: string }>(KEY);
  const key = before?.where === where && before.name === name ? before.key : randomKey();
  keep(KEY, { where, name, key });
  const answer = await json<Answer>('/v1/sign-on/join', { json: { ...by, name, key } });
  keep(KEY, undefined);
  return admitted(answer, { name, role: 'participant' });
}

/** Turns a pairing code into a host screen or a wall. */
export async function pair(pairing: string): Promise<Admission> {
  const answer = await json<Answer>('/v1/sign-on/pair', { json: { pairing, screen: screenKey() } });
  return admitted(answer, { name: '', role: 'wall' });
}

/** Names this browser among the screens of a run. */
export function screenKey(): string {
  const known = recall<string>(SCREEN);
  if (known !== undefined) return known;
  const key = randomKey();
  keep(SCREEN, key);
  return key;
}

/** The seats that may still be good, newest first. */
export function seats(): Seat[] {
  return (recall<Seat[]>(SEATS) ?? []).filter((seat) => seat.at > Date.now() - DAY);
}

/** The run of a seat has ended. */
export function end(speedrun: string): void {
  keep(SEATS, seats().map((seat) => (seat.speedrun === speedrun ? { ...seat, over: true } : seat)));
}

/** Forgets the seat of a run. */
export function forget(speedrun: string): void {
  keep(SEATS, seats().filter((seat) => seat.speedrun !== speedrun));
}

function admitted(answer: Answer, known: { name: string; role: Seat['role'] }): Admission {
  const { seat, speedrun, token } = answer;
  const held: Seat = { seat, speedrun, token, name: answer.name ?? known.name, role: answer.role ?? known.role, at: Date.now() };
  keep(SEATS, [held, ...seats().filter((other) => other.speedrun !== speedrun || other.role !== held.role)].slice(0, 8));
  return { ...held, ticket: { ticket: answer.ticket, live_url: answer.live_url } };
}
