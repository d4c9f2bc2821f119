import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CLOSE } from './close';
import { Stage } from './fake';
import { NoTicket, type Ticket } from './tickets';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('admission', () => {
  test('a socket is opened with the sub-protocol and a ticket, never with the token', async () => {
    const socket = await new Stage().opened();
    expect(socket.url).toBe('wss://lectern.example/v1/live/speedruns/run_1');
    expect(socket.protocols).toEqual(['lectern.v1', 'ticket.t0']);
  });

  test('the first frame is a hello without numbers', async () => {
    const socket = await new Stage().opened();
    socket.accept();
    expect(socket.got).toEqual([{ type: 'hello' }]);
  });

  test('a ticket that is on its way already is waited for, and used once', async () => {
    let arrive: (ticket: Ticket) => void = () => undefined;
    const early = new Promise<Ticket>((resolve) => (arrive = resolve));
    const stage = new Stage({ ticket: early });
    stage.client.open();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(stage.sockets).toHaveLength(0);
    arrive({ ticket: 'early', live_url: '/v1/live/speedruns/run_1' });
    const first = await stage.nextSocket();
    expect(first.protocols).toEqual(['lectern.v1', 'ticket.early']);
    first.cut();
    expect((await stage.nextSocket()).protocols).toEqual(['lectern.v1', 'ticket.t1']);
  });

  test('a ticket on its way that is refused for good closes the client, and one that got lost is asked for again', async () => {
    const refused = new Stage({ ticket: Promise.reject(new NoTicket('removed', true)) });
    refused.client.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(refused.shows).toBe('removed');
    const lost = new Stage({ ticket: Promise.reject(new TypeError('offline')) });
    expect((await lost.opened()).protocols).toEqual(['lectern.v1', 'ticket.t0']);
  });

  test('a ticket that is refused for good closes the client with the code', async () => {
    const stage = new Stage();
    stage.tickets.push(Response.json({ code: 'removed' }, { status: 403 }));
    stage.client.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.shows).toBe('removed');
  });

  test('a ticket that cannot be given now is asked for again, not before the server wants', async () => {
    const stage = new Stage();
    stage.tickets.push(Response.json({ code: 'slow_down' }, { status: 429, headers: { 'retry-after': '3' } }));
    stage.client.open();
    await vi.advanceTimersByTimeAsync(2_900);
    expect(stage.sockets).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(stage.sockets).toHaveLength(1);
  });
});

describe('order', () => {
  test('events follow the view, each once', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome({ all: 4 });
    socket.event(4, 'old');
    socket.event(5, 'five');
    socket.event(5, 'five again');
    socket.event(6, 'six');
    expect(stage.told).toEqual(['view', 'five', 'six']);
  });

  test('a client that comes back says what it saw and gets the rest', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ all: 4 });
    first.event(5, 'five');
    first.cut();
    const second = await stage.nextSocket();
    second.accept();
    expect(second.resumed).toEqual({ all: 5 });
    second.welcome({ all: 7, view: null });
    second.event(6, 'six');
    second.event(7, 'seven');
    expect(stage.told).toEqual(['view', 'five', 'six', 'seven']);
  });

  test('after a gap only a fresh view helps', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ all: 4 });
    first.event(6, 'six');
    expect(stage.told).toEqual(['view']);
    const second = await stage.nextSocket();
    second.accept();
    expect(second.resumed).toBeUndefined();
    second.welcome({ all: 6, view: ['fresh'] });
    second.event(7, 'seven');
    expect(stage.told).toEqual(['view', 'fresh', 'seven']);
  });

  test('a server that knows less than was seen is asked for a fresh view', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ all: 9 });
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ all: 3, view: null });
    const third = await stage.nextSocket();
    third.accept();
    expect(third.resumed).toBeUndefined();
  });

  test('of states the newest of a socket wins, and versions start again with the next socket', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome();
    first.say({ type: 'state', name: 'n', version: 2, state: 20 });
    first.say({ type: 'state', name: 'n', version: 1, state: 10 });
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ view: null });
    second.say({ type: 'state', name: 'n', version: 1, state: 30 });
    expect(stage.states).toEqual([20, 30]);
  });

  test('what a newer server adds is passed over', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    socket.say({ type: 'weather', sun: true });
    socket.onmessage?.({ data: '{broken' });
    socket.event(1, 'one');
    expect(stage.told).toEqual(['view', 'one']);
  });
});

describe('commands', () => {
  test('ids rise from the last accepted one, one command at a time', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    const first = stage.client.send('a');
    const second = stage.client.send('b');
    socket.welcome({ lastId: 7 });
    expect(socket.commands).toEqual([{ type: 'command', id: 8, command: 'a' }]);
    socket.say({ type: 'ack', id: 8, at: 1, reply: 'A' });
    socket.say({ type: 'ack', id: 9, at: 2, reply: 'B' });
    expect(await first).toEqual({ id: 8, at: 1, reply: 'A' });
    expect((await second).reply).toBe('B');
  });

  test('a refused id is used again', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    const refused = stage.client.send('a');
    const done = stage.client.send('b');
    socket.say({ type: 'refused', id: 1, code: 'too_late', detail: 'Too late.' });
    await expect(refused).rejects.toMatchObject({ code: 'too_late' });
    expect(socket.commands.at(-1)).toMatchObject({ id: 1, command: 'b' });
    socket.say({ type: 'ack', id: 1, at: 1, reply: 'B' });
    expect((await done).reply).toBe('B');
  });

  test('a lost acknowledgement is fetched by sending the same id again', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ lastId: 3 });
    const answer = stage.client.send('a');
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ lastId: 4, view: null });
    expect(second.commands).toEqual([{ type: 'command', id: 4, command: 'a' }]);
    second.say({ type: 'ack', id: 4, at: 1, reply: 'stored' });
    expect((await answer).reply).toBe('stored');
  });

  test('an id that another tab of the seat has used is left to it, and the command gets the next one', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ lastId: 3 });
    const answer = stage.client.send('a');
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ lastId: 6, view: null });
    second.say({ type: 'refused', id: 4, code: 'id_reused', detail: 'Another command.' });
    expect(second.commands).toEqual([
      { type: 'command', id: 4, command: 'a' },
      { type: 'command', id: 7, command: 'a' },
    ]);
    second.say({ type: 'ack', id: 7, at: 1, reply: 'A' });
    expect(await answer).toEqual({ id: 7, at: 1, reply: 'A' });
  });

  test('a command is sent again as it was, whatever became of the object it was given as', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome();
    const command = { type: 'answer', value: 1 };
    void stage.client.send(command as unknown as string);
    command.value = 2;
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ lastId: 1, view: null });
    expect(second.commands).toEqual([{ type: 'command', id: 1, command: { type: 'answer', value: 1 } }]);
  });

  test('a command that never arrived gets the next free id', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome({ lastId: 3 });
    const answer = stage.client.send('a');
    first.cut();
    const second = await stage.nextSocket();
    second.welcome({ lastId: 3, view: null });
    expect(second.commands).toEqual([{ type: 'command', id: 4, command: 'a' }]);
    second.say({ type: 'ack', id: 4, at: 1, reply: 'A' });
    await answer;
  });

  test('a command that is given while offline waits for the connection', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome();
    first.cut();
    const answer = stage.client.send('a');
    expect(stage.client.pending).toBe(1);
    const second = await stage.nextSocket();
    second.welcome({ view: null });
    second.say({ type: 'ack', id: 1, at: 1, reply: 'A' });
    expect((await answer).reply).toBe('A');
    expect(stage.client.pending).toBe(0);
  });

  test('a close for good answers everything that waits', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    const answers = [stage.client.send('a'), stage.client.send('b')];
    socket.cut(CLOSE.removed.code);
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: 'removed' });
    await expect(stage.client.send('c')).rejects.toMatchObject({ code: 'removed' });
  });
});

describe('connection', () => {
  test('its state is visible at every moment', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    expect(stage.shows).toBe('connecting');
    socket.welcome();
    expect(stage.shows).toBe('online');
    socket.cut();
    expect(stage.shows).toBe('waiting');
    (await stage.nextSocket()).welcome({ view: null });
    expect(stage.shows).toBe('online');
  });

  test('the pauses grow and have an end', async () => {
    const stage = new Stage();
    stage.offline = true;
    stage.client.open();
    await vi.advanceTimersByTimeAsync(120_000);
    const waits = stage.connections.flatMap((c) => (c.is === 'waiting' ? [c.until] : []));
    const pauses = waits.map((until, n) => until - (waits[n - 1] ?? until)).slice(1);
    expect(pauses.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(Math.max(...pauses)).toBe(7_500);
  });

  test('coming online does not wait for the pause', async () => {
    const stage = new Stage();
    stage.offline = true;
    stage.client.open();
    await vi.advanceTimersByTimeAsync(60_000);
    stage.offline = false;
    stage.client.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.sockets).toHaveLength(1);
  });

  test('a dead socket is noticed by an unanswered ping', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(socket.got).toContain('ping');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.closedWith).toBe(1000);
    expect(stage.shows).not.toBe('online');
  });

  test('a socket in doubt is given up sooner', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    stage.client.doubt();
    expect(socket.got).toContain('ping');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(socket.closedWith).toBe(1000);
  });

  test('a command without an answer casts doubt on the socket; it is kept and sent again', async () => {
    const stage = new Stage();
    const first = await stage.opened();
    first.welcome();
    void stage.client.send('a');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.got.at(-1)).toBe('ping');
    const second = await stage.nextSocket();
    second.welcome({ view: null });
    expect(second.commands).toEqual([{ type: 'command', id: 1, command: 'a' }]);
  });

  test('a live socket is kept by its pongs', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    for (let n = 0; n < 4; n += 1) {
      await vi.advanceTimersByTimeAsync(25_000);
      socket.say('pong');
    }
    await vi.advanceTimersByTimeAsync(9_000);
    expect(stage.shows).toBe('online');
  });

  test('a socket that opens but stays mute is given up', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.accept();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(socket.closedWith).toBe(1000);
    expect(stage.shows).toBe('waiting');
  });

  test.each(Object.entries(CLOSE))('after the close code for %s it does what the table says', async (reason, row) => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    socket.cut(row.code);
    expect(stage.shows).toBe(row.comeBack ? 'waiting' : reason);
  });

  test('a seat that was taken over can be taken back', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    socket.cut(CLOSE.replaced.code);
    (await stage.opened()).welcome({ view: ['fresh'] });
    expect(stage.shows).toBe('online');
  });

  test('the table of close codes is the one of the server', () => {
    const rust = readFileSync(new URL('../../../../shared/live/src/wire.rs', import.meta.url), 'utf8');
    const variants = [...rust.matchAll(/Self::(\w+) => (4\d{3}),/g)];
    const reasons = new Map([...rust.matchAll(/Self::(\w+) => "(\w+)",/g)].map((m) => [m[1], m[2]]));
    const back = /matches!\(\s*self,([^)]*)\)/.exec(rust)?.[1] ?? '';
    const theirs = variants.map(([, name, code]) => [reasons.get(name), { code: Number(code), comeBack: new RegExp(`Self::${name}\\b`).test(back) }]);
    expect(CLOSE).toEqual(Object.fromEntries(theirs));
  });
});

describe('reports', () => {
  test('what was seen is reported within two seconds', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome({ all: 1 });
    socket.event(2, 'two');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(socket.got.at(-1)).toEqual({ type: 'seen', channels: { all: 2 } });
  });

  test('a burst is reported after 64 messages', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    for (let seq = 1; seq <= 64; seq += 1) socket.event(seq, 'x');
    expect(socket.got.at(-1)).toEqual({ type: 'seen', channels: { all: 64 } });
  });

  test('running totals alone are not reported one by one', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome();
    for (let version = 1; version <= 10; version += 1) socket.say({ type: 'state', name: 'n', version, state: version });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(socket.got).toEqual([{ type: 'hello' }]);
  });
});

describe('clock', () => {
  test('follows the server with half the round trip, whatever the device believes', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.accept();
    await vi.advanceTimersByTimeAsync(200);
    socket.welcome({ now: Date.now() + 3_600_000 });
    expect(stage.client.clock.now() - Date.now()).toBe(3_600_100);
  });

  test('never lags behind an event that has arrived', async () => {
    const stage = new Stage();
    const socket = await stage.opened();
    socket.welcome({ now: Date.now() - 500 });
    socket.event(1, 'one');
    expect(stage.client.clock.now()).toBe(Date.now());
  });
});
