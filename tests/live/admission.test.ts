import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { anyone, client, must, type Api } from '../harness/api';
import { aRun, join, screen, ticket, type Run } from '../harness/run';
import { RawSocket } from '../harness/socket';
import { log } from '../harness/server';
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
    const socket = await RawSocket.open(await grant());
    if (typeof socket === 'number') throw new Error(`no socket: ${socket}`);
    expect(await socket.end(40_000)).toEqual({ code: 4008, reason: 'no_hello' });
    expect(socket.frames).toEqual([]);
  });

  it.concurrent('is refused when its ticket has expired', { timeout: 60_000 }, async () => {
    const seat = await grant();
    await sleep(31_500);
    expect(await RawSocket.fate(seat)).toBe(401);
  });

  it('uses its ticket up', async () => {
    const seat = await grant();
    const first = await RawSocket.hello(seat);
    expect(await RawSocket.fate(seat)).toBe(401);
    first.close();
    expect(await RawSocket.fate(seat)).toBe(401);
    expect(await RawSocket.fate(await ticket(run, seat.token))).toBe('open');
  });

  it('is refused with a forged, changed or foreign ticket, and no object is woken for it', async () => {
    const seat = await grant();
    const [header, claims, signature] = seat.ticket.split('.') as [string, string, string];
    const read = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const write = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forge = (key: string, body: string) => `${header}.${body}.${createHmac('sha256', key).update(`${header}.${body}`).digest('base64url')}`;
    const before = log().length;
    const bad = [
      'x',
      'a.b.c',
      `${header}.${claims}.`,
      seat.ticket.slice(0, -3),
      `${header}.${write({ ...read, role: 'host' })}.${signature}`,
      `${header}.${write({ ...read, exp: read.exp + 3_600 })}.${signature}`,
      forge('', claims),
      forge('secret', claims),
      `${write({ typ: 'ticket+jwt', alg: 'none', kid: 'x' })}.${claims}.`,
      seat.token,
      'x'.repeat(4_000),
    ];
    for (const one of bad) expect(await RawSocket.fate({ ticket: one, live_url: seat.live_url }), one.slice(0, 60)).toBe(401);
    await sleep(200);
    expect(log().slice(before)).not.toContain('live.object');
  });

  it('does not open in another run, or another tenant’s, with this run’s ticket', async () => {
    const others = [await aRun(api), await aRun(await client('birch'))];
    for (const other of others) {
      const seat = await grant();
      const status = await RawSocket.fate({ ticket: seat.ticket, live_url: `/v1/live/speedruns/${other.id}` });
      expect([401, 404]).toContain(status);
    }
  });

  it('is refused from a page of a foreign origin', async () => {
    expect(await RawSocket.fate(await grant(), { origin: 'https://evil.example' })).toBe(403);
    expect(await RawSocket.fate(await grant(), { origin: 'null' })).toBe(403);
  });

  it.each([
    ['no sub-protocol', undefined],
    ['another sub-protocol', 'lectern.v9'],
    ['no ticket', 'lectern.v1'],
  ])('is refused with %s', async (_, protocols) => {
    const path = `/v1/live/speedruns/${run.id}`;
    const status = await RawSocket.with(path, protocols === undefined ? [] : [protocols]);
    expect([400, 401]).toContain(status);
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
    expect([410, 4003]).toContain(await RawSocket.fate(await ticket(run, seat.token)));
    host.close();
  });
});
