//! The way into a run that is on. It begins with the page's first script: on a slow network the ticket is there when
//! the page is.

import { seats, type Seat } from '../api/seats';
import { fetchTicket, type Ticket } from '../live/tickets';

/** The seat that the address names (`/play#run_…`), or the newest whose run goes on (`/play`); none on other pages. */
export function seatHere(): Seat | undefined {
  if (location.pathname !== '/play') return undefined;
  const participant = seats().filter((one) => one.role === 'participant');
  const named = participant.find((one) => one.speedrun === location.hash.slice(1));
  return named ?? (location.hash === '' ? participant.find((one) => !one.over) : undefined);
}

let early: { token: string; ticket: Promise<Ticket> } | undefined;

/** Asks for the ticket of the seat on this page, if there is one. */
export function begin(): void {
  const seat = seatHere();
  if (seat === undefined) return;
  const ticket = fetchTicket({ origin: location.origin, speedrun: seat.speedrun, token: seat.token }, fetch.bind(globalThis));
  ticket.catch(() => undefined); // who takes it is told
  early = { token: seat.token, ticket };
}

/** The ticket that was asked for with this seat's token. It is given once, as it can be used once. */
export function take(token: string): Promise<Ticket> | undefined {
  const taken = early?.token === token ? early.ticket : undefined;
  if (taken !== undefined) early = undefined;
  return taken;
}
