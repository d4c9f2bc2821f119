//! The live objects as the runtime's storage shows them, and tickets that our own key signs.
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { storage } from './server';

/** The objects that were ever woken: the runtime makes a file for each, also for one that stores nothing. */
export function objects(): string[] {
  const folder = join(storage(), 'v3/do/lectern-live-Speedrun');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .sort();
}

/** Claims of a ticket. */
export type Claims = Record<string, unknown> & { session: string; exp: number };

/** What a ticket says. */
export function claimsOf(ticket: string): Claims {
  return JSON.parse(Buffer.from(ticket.split('.')[1]!, 'base64url').toString()) as Claims;
}

/** Other claims for a ticket, signed by the platform's own key as the ticket was. */
export function signed(ticket: string, claims: Claims): string {
  const [header] = ticket.split('.') as [string];
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const secrets = readFileSync(join(storage(), 'workers/live/.dev.vars'), 'utf8');
  const keys = [...secrets.matchAll(/^TICKET_KEYS\w*='(.*)'$/gm)].flatMap((match) => JSON.parse(match[1]!) as { kid: string; key: string }[]);
  const key = keys.find((one) => one.kid === kid);
  if (key === undefined) throw new Error(`no ticket key ${kid}`);
  const body = `${header}.${encoded(claims)}`;
  return `${body}.${createHmac('sha256', Buffer.from(key.key, 'base64url')).update(body).digest('base64url')}`;
}

/** A part of a ticket. */
export function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
