import { createHmac, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyone, client, must, type Api } from '../harness/api';
import { aRun, join, screen, ticket, type Run } from '../harness/run';
import { claimsOf, encoded, objects, signed } from '../harness/objects';
import { RawSocket } from '../harness/socket';
import { sleep } from '../harness/time';

let api: Api;
let run: Run;
beforeAll(async () => {
  api = await client('alder');
  run = await aRun(api);
});

let names = 0;
async function grant() {
  names += 1;
  return must(await join(run, `Admitted ${names}`), 201);
}

/** What an upgrade is answered when it is refused. */
function upgrade(path: string, protocols?: string, headers: Record<string, string> = {}) {
  return anyone.get(path, { headers: protocols === undefined ? headers : { 'sec-websocket-protocol': protocols, ...headers } });
}

describe('a socket', () => {
  it('opens with a ticket, and only the protocol is echoed', async () => {
    const seat = await grant();
    const socket = await RawSocket.hello(seat);
    expect(socket.socket.protocol).toBe('lectern.v1');
    expect(socket.frames[0]).toMatchObject({ type: 'welcome', seat: seat.seat, role: 'participant' });
    expect(Math.abs(socket.frames[0].now - Date.now())).toBeLessThan(2_000);
    socket.close();
  });

  // The server closes after ten seconds; the local runtime may take as long again to end the connection.
  it.concurrent('hears nothing before its hello, and is closed without one', { timeout: 60_000 }, async () => {
    const socket = await RawSocket.opened(await grant());
    expect(await socket.end(40_000)).toEqual({ code: 4008, reason: 'no_hello' });
    expect(socket.frames).toEqual([]);
  });

  it.concurrent('is refused when its ticket has expired', { timeout: 60_000 }, async () => {
    const seat = await grant();
    await sleep(31_500);
    expect(await RawSocket.fate(seat)).toBe('401 ticket_expired');
  });

  it('uses its ticket up', async () => {
    const seat = await grant();
    const first = await RawSocket.hello(seat);
    expect(await RawSocket.fate(seat)).toBe('401 ticket_used');
    first.close();
    expect(await RawSocket.fate(seat)).toBe('401 ticket_used');
    expect(await RawSocket.fate(await ticket(run, seat.token))).toBe('open');
  });

  it('is refused with a forged, changed or foreign ticket, and no object is woken for it', async () => {
    const seat = await grant();
    // A run that there is not: an object that is woken for it leaves a file that was not there.
    const nowhere = { ...claimsOf(seat.ticket), session: `${run.id.slice(0, -8)}${randomBytes(4).toString('hex')}` };
    const live_url = `/v1/live/speedruns/${nowhere.session}`;
    const good = signed(seat.ticket, nowhere);
    const [header, claims, signature] = good.split('.') as [string, string, string];
    const forge = (key: string, body: string) => `${header}.${body}.${createHmac('sha256', key).update(`${header}.${body}`).digest('base64url')}`;
    const before = objects();
    const bad = [
      'x',
      'a.b.c',
      `${header}.${claims}.`,
      good.slice(0, -3),
      `${header}.${encoded({ ...nowhere, role: 'host' })}.${signature}`,
      `${header}.${encoded({ ...nowhere, exp: nowhere.exp + 3_600 })}.${signature}`,
      forge('', claims),
      forge('secret', claims),
      `${encoded({ typ: 'ticket+jwt', alg: 'none', kid: 'x' })}.${claims}.`,
      seat.ticket,
      seat.token,
      'x'.repeat(4_000),
    ];
    for (const one of bad) expect(await RawSocket.fate({ ticket: one, live_url }), one.slice(0, 60)).toBe('401 ticket_invalid');
    await sleep(200);
    expect(objects()).toEqual(before);
    // With the platform's own signature the object is asked, so a wake would have been seen.
    expect(await RawSocket.fate({ ticket: good, live_url })).toBe(4000);
    expect(objects()).toHaveLength(before.length + 1);
  });

  it('does not open in another run, or another tenant’s, with this run’s ticket', async () => {
    const others = [await aRun(api), await aRun(await client('birch'))];
    for (const other of others) {
      const seat = await grant();
      expect(await RawSocket.fate({ ticket: seat.ticket, live_url: `/v1/live/speedruns/${other.id}` })).toBe('401 ticket_invalid');
    }
  });

  it('is refused from a page of a foreign origin', async () => {
    expect(await RawSocket.fate(await grant(), { origin: 'https://evil.example' })).toBe('403 origin_not_allowed');
    expect(await RawSocket.fate(await grant(), { origin: 'null' })).toBe('403 origin_not_allowed');
  });

  it.each([
    ['no sub-protocol', [], { status: 400, code: 'bad_request' }],
    ['another sub-protocol', ['lectern.v9'], { status: 400, code: 'bad_request' }],
    ['no ticket', ['lectern.v1'], { status: 401, code: 'ticket_invalid' }],
  ])('is refused with %s', async (_, protocols, refused) => {
    expect(await RawSocket.with(`/v1/live/speedruns/${run.id}`, protocols)).toEqual(refused);
  });

  it('is refused with 426 when it is no WebSocket at all', async () => {
    const answer = await upgrade(`/v1/live/speedruns/${run.id}`);
    expect([answer.status, answer.body?.code]).toEqual([426, 'upgrade_required']);
  });

  it('is refused on a path that is none', async () => {
    for (const path of ['/v1/live', '/v1/live/nothing/x', '/v1/live/speedruns', '/v1/live/speedruns/x/y']) {
      expect([404, 426], path).toContain((await upgrade(path)).status);
    }
  });
});

describe('a seat', () => {
  it('is taken over by a second socket, and the first learns it', async () => {
    const seat = await grant();
    const first = await RawSocket.hello(seat);
    const second = await RawSocket.hello(await ticket(run, seat.token));
    expect(await first.end()).toEqual({ code: 4001, reason: 'replaced' });
    second.send('ping');
    await sleep(200);
    expect(second.texts).toContain('pong');
    second.close();
  });

  it('keeps the number of its commands over sockets', async () => {
    const host = await screen(api, run, 'host', 'one-and-the-same-screen');
    const first = await RawSocket.hello(host);
    first.send({ type: 'command', id: 1, command: { type: 'leaderboard', shown: false } });
    expect(await first.answer(1)).toMatchObject({ type: 'ack' });
    const second = await RawSocket.hello(await screen(api, run, 'host', 'one-and-the-same-screen'));
    expect(second.frames[0].last_id).toBe(1);
    second.send({ type: 'command', id: 1, command: { type: 'leaderboard', shown: false } });
    expect(await second.answer(1)).toEqual(await first.answer(1));
    second.send({ type: 'command', id: 1, command: { type: 'leaderboard', shown: true } });
    expect((await second.next((frame) => frame.type === 'refused')).code).toBe('id_reused');
    second.close();
  });

  it('that a host removes is closed and stays out', async () => {
    const seat = await grant();
    const socket = await RawSocket.hello(seat);
    const host = await RawSocket.hello(await screen(api, run, 'host'));
    host.send({ type: 'command', id: 1, command: { type: 'remove', seat: seat.seat } });
    expect(await host.answer(1)).toMatchObject({ type: 'ack' });
    expect(await socket.end()).toEqual({ code: 4003, reason: 'removed' });
    expect(await RawSocket.fate(await ticket(run, seat.token))).toBe(4003);
    host.close();
  });
});
