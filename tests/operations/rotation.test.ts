import { readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Api, anyone, client, must } from '../harness/api';
import { expectProblem } from '../harness/expect';
import { Player } from '../harness/player';
import { aRun, join, screen, ticket, type Run, type SeatGrant } from '../harness/run';
import { command, origin, storage } from '../harness/server';
import { RawSocket } from '../harness/socket';
import { singleChoice } from '../harness/sets';
import { eventually } from '../harness/time';

/** Seconds from publishing a key until it signs: long enough to look at what holds before that. On a very slow machine
 *  it is over too soon; then only the looks that no longer apply are left out. */
const LEAD = 15;

const rotate = (...more: string[]) => command('secrets', 'rotate', '--env', 'local', '--url', origin(), '--persist-to', storage(), '--lead', String(LEAD), ...more);

/** What the header of a token or ticket says. */
const kid = (signed: string) => JSON.parse(Buffer.from(signed.split('.')[0]!, 'base64url').toString()).kid as string;

const keySet = async () => must(await anyone.get('/.well-known/jwks.json'), 200).keys as { kid: string; nbf?: number; exp?: number }[];

const accepted = async (api: Api) => (await api.get('/v1/speedruns')).status;

const lists = (api: Api, cursor = '') => api.get(`/v1/question-sets?limit=1${cursor}`);

/** The names in a Worker's file of secrets. */
const names = (worker: string) =>
  readFileSync(path(storage(), 'workers', worker, '.dev.vars'), 'utf8').split('\n').flatMap((line) => /^(\w+_KEYS\w*)=/.exec(line)?.[1] ?? []).sort();

const opens = async (grant: { ticket: string; live_url: string }) => {
  const socket = await RawSocket.open(grant);
  if (!(socket instanceof RawSocket)) return socket;
  socket.close();
  return 'open';
};

describe('a rotation of keys under a running platform', () => {
  let before: Api;
  let run: Run;
  let ada: Player;
  let host: Player;
  let cursor: string;
  let old: string;
  let fresh: string;
  let unused: SeatGrant;
  let expires: number;

  beforeAll(async () => {
    before = await client('alder');
    run = await aRun(before, [singleChoice('One'), singleChoice('Two')], { close_when_all_answered: false });
    await aRun(before);
    host = await Player.screen(before, run);
    ada = await Player.join(run, 'Ada');
    await host.tell('start');
    await ada.opened(0);
    cursor = must(await lists(before), 200).next as string;
    old = kid(before.token!);
    expect(await keySet()).toEqual([expect.objectContaining({ kid: old })]);
    unused = must(await join(run, 'Bob'), 201) as SeatGrant;
    expires = Date.parse(unused.ticket_expires_at);
  });

  it('publishes a key that everybody accepts and nobody signs with yet', async () => {
    expect(await rotate()).toMatch(/^Published local-\d-/m);
    const keys = await keySet();
    fresh = keys.map((key) => key.kid).find((name) => name !== old)!;
    expect(keys).toHaveLength(2);
    expect(names('live')).toEqual(['TICKET_KEYS', 'TICKET_KEYS_2']);
    const begins = keys.find((key) => key.kid === fresh)!.nbf!;
    const ends = keys.find((key) => key.kid === old)!.exp!;
    expect(ends - begins).toBeGreaterThanOrEqual(7 * 24 * 3600);
    // What was signed before is good: the token, the seat's, the ticket that nobody has used yet.
    expect(await accepted(before)).toBe(200);
    const opened = await opens(unused);
    if (Date.now() < expires) expect(opened).toBe('open');
    expect(must(await lists(before, `&cursor=${cursor}`), 200).data).toHaveLength(1);
    const now = await client('alder');
    if (Date.now() / 1000 < begins) {
      expect(kid(now.token!)).toBe(old);
      expect(keys[0]!.kid).toBe(old);
    }
  });

  it('keeps the seats: whoever was connected comes back and goes on', async () => {
    const ack = await ada.answer(0, { type: 'option', value: 0 });
    expect(ack.reply.type).toBe('answered');
    await host.tell('reveal');
    await ada.told('revealed');
  });

  it('changes nothing when it is repeated', async () => {
    const kids = async () => (await keySet()).map((key) => key.kid).sort();
    const known = await kids();
    expect(await rotate()).toMatch(/^Nothing was changed: /m);
    expect(await rotate('--phase', 'publish')).toMatch(/^Nothing was changed: /m);
    expect(await kids()).toEqual(known);
  });

  it('signs with the new key from its time on, while the old one is still accepted', async () => {
    const later = await eventually('a token of the new key', async () => {
      const api = await client('alder');
      return kid(api.token!) === fresh && api;
    }, 40_000);
    expect((await keySet()).map((key) => key.kid)).toEqual([fresh, old]);
    expect(await accepted(later)).toBe(200);
    expect(await accepted(before)).toBe(200);
    const carol = must(await join(run, 'Carol'), 201) as SeatGrant;
    expect([kid(carol.token), kid(carol.ticket)]).toEqual([fresh, fresh]);
    expect(await opens(carol)).toBe('open');
    // A seat's old token fetches a ticket of the new key.
    const further = await ticket(run, unused.token);
    expect(kid(further.ticket)).toBe(fresh);
    expect(await opens(further)).toBe('open');
    expect(must(await lists(later), 200).next).toBeDefined();
    expect(must(await lists(before, `&cursor=${cursor}`), 200).data).toHaveLength(1);
  });

  it('retires the old key only when nothing that it signed is good any more, or when told to', async () => {
    const said = await rotate();
    expect(said).toMatch(/^Nothing was changed: tokens that .* signed are good until /m);
    expect(await accepted(before)).toBe(200);

    const later = await client('alder');
    expect(await rotate('--early')).toMatch(/^Retired the old key/m);
    expect(await keySet()).toEqual([expect.objectContaining({ kid: fresh })]);
    expect(names('live')).toEqual(['TICKET_KEYS_2']);
    expect(names('api')).toEqual(['SIGNING_KEYS_2', 'TICKET_KEYS_2']);
    expectProblem(await before.get('/v1/speedruns'), 401, 'invalid_token');
    expectProblem(await new Api(unused.token).post(`/v1/speedruns/${run.id}/tickets`, {}), 401, 'invalid_token');
    expect(await accepted(later)).toBe(200);
    expect(await opens(await screen(later, run, 'wall'))).toBe('open');
    expectProblem(await lists(later, `&cursor=${cursor}`), 422, 'invalid');
  });

  it('begins again in the place that is free', async () => {
    expect(await rotate('--phase', 'retire')).toMatch(/^Nothing was changed: /m);
    expect(await rotate()).toMatch(/^Published local-1-/m);
    expect(names('api')).toEqual(['SIGNING_KEYS', 'SIGNING_KEYS_2', 'TICKET_KEYS', 'TICKET_KEYS_2']);
    expect((await keySet()).map((key) => key.kid)).toContain(fresh);
    ada.close();
    host.close();
  });
});
