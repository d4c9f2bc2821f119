//! What a participant may try on a live run: the table of what is sent, and its refusals.
import { beforeAll, describe, expect, it } from 'vitest';
import { Api, anyone, client, freshAddress, must, randomKey, type Answer } from '../harness/api';
import { expectProblem } from '../harness/expect';
import { Player } from '../harness/player';
import { aRun, join, screen, ticket, type Run, type SeatGrant } from '../harness/run';
import { EVERY_KIND, singleChoice } from '../harness/sets';
import { RawSocket } from '../harness/socket';
import { eventually } from '../harness/time';

let api: Api;
let run: Run;
let host: Player;
let bob: SeatGrant;
beforeAll(async () => {
  api = await client('alder');
  run = await aRun(api, [...EVERY_KIND.slice(0, 6), singleChoice('Last')], { close_when_all_answered: false });
  host = await Player.screen(api, run);
  bob = must(await join(run, 'Bob'), 201);
  await host.tell('start');
  await host.opened(0);
});

let names = 0;
async function mallory(): Promise<RawSocket> {
  names += 1;
  return RawSocket.hello(must(await join(run, `Mallory ${names}`), 201));
}

const command = (what: unknown, more: object = {}) => JSON.stringify({ type: 'command', id: 1, ...more, command: what });
const option = (value: unknown) => ({ type: 'option', value });
const answer = (more: object = {}) => ({ type: 'answer', index: 0, choice: option(1), ...more });

/** What a frame is answered. */
async function told(socket: RawSocket, frame: string): Promise<any> {
  socket.send(frame);
  return socket.next((one) => one.type === 'refused' || one.type === 'ack');
}

describe('what a participant sends that is not its own to send', () => {
  it.each<[string, () => string, string, string?]>([
    ['a host’s start', () => command({ type: 'start', seen: host.step }), 'wrong_role'],
    ['a host’s next', () => command({ type: 'next', seen: host.step }), 'wrong_role'],
    ['a host’s reveal', () => command({ type: 'reveal', seen: host.step }), 'wrong_role'],
    ['a host’s end', () => command({ type: 'end', seen: host.step }), 'wrong_role'],
    ['a host’s lock', () => command({ type: 'lock', locked: true }), 'wrong_role'],
    ['the removal of another', () => command({ type: 'remove', seat: bob.seat }), 'wrong_role'],
    ['another name for another', () => command({ type: 'rename', seat: bob.seat, name: 'X' }), 'wrong_role'],
    ['more time for itself', () => command({ type: 'extra_time', seat: bob.seat, percent: 400 }), 'wrong_role'],
    ['an order of the platform', () => command({ type: 'admit', seat: bob.seat, name: 'X' }), 'malformed', '/command/type'],
    ['a role with the frame', () => command(answer(), { role: 'host' }), 'malformed', '/role'],
    ['an answer for another seat', () => command(answer({ seat: bob.seat })), 'malformed', '/command/seat'],
    ['a seat with the frame', () => command(answer(), { seat: bob.seat }), 'malformed', '/seat'],
    ['the time of its answer', () => command(answer({ at: 1 })), 'malformed', '/command/at'],
    ['the time of its frame', () => command(answer(), { at: 1 }), 'malformed', '/at'],
    ['its own points', () => command(answer({ points: 1_000 })), 'malformed', '/command/points'],
    ['an answer before its question', () => command(answer({ index: 3, choice: { type: 'number', value: 56 } })), 'not_open'],
    ['an answer to no question', () => command(answer({ index: 7 })), 'out_of_range'],
    ['an index that is a text', () => command(answer({ index: '0' })), 'malformed', '/command/index'],
    ['an index below zero', () => command(answer({ index: -1 })), 'malformed', '/command/index'],
    ['an index that is half', () => command(answer({ index: 0.5 })), 'malformed', '/command/index'],
    ['an index beyond counting', () => command(answer()).replace('"index":0', '"index":1e400'), 'malformed'],
    ['an id beyond counting', () => command(answer()).replace('"id":1', '"id":99999999999999999999'), 'malformed', '/id'],
    ['an id of the future', () => command(answer(), { id: 9 }), 'id_gap'],
    ['an id of zero', () => command(answer(), { id: 0 }), 'id_too_old'],
    ['an option that there is not', () => command(answer({ choice: option(3) })), 'out_of_range'],
    ['another kind of answer', () => command(answer({ choice: { type: 'text', value: 'Riga' } })), 'wrong_kind'],
    ['an order for a choice', () => command(answer({ choice: { type: 'order', value: [0, 1, 2] } })), 'wrong_kind'],
    ['a kind that there is not', () => command(answer({ choice: { type: 'all', value: true } })), 'malformed', '/command/choice'],
    ['no choice', () => command({ type: 'answer', index: 0 }), 'malformed', '/command/choice'],
    ['2,000 options', () => command(answer({ choice: { type: 'options', value: Array.from({ length: 2_000 }, (_, i) => i) } })), 'wrong_kind'],
    ['a key twice', () => command(answer()).replace('"index":0', '"index":0,"index":1'), 'malformed', '/command/index'],
    ['a key twice, once in disguise', () => command(answer()).replace('"index":0', '"index":0,"\\u0069ndex":1'), 'malformed', '/command/index'],
    ['deep JSON', () => command(answer({ choice: option(0) })).replace('"value":0', `"value":${'['.repeat(500)}0${']'.repeat(500)}`), 'malformed'],
    ['deep objects', () => '{"a":'.repeat(1_000), 'malformed'],
    ['text that was no UTF-8 on its way', () => command(answer({ choice: { type: 'text', value: 'caf\ufffd' } })), 'invalid_text', '/command/choice'],
    ['a hundred keys', () => command(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))), 'malformed'],
    ['a prototype', () => command({ type: 'answer', index: 0, choice: option(0), __proto__x: {} }).replace('__proto__x', '__proto__'), 'malformed', '/command/__proto__'],
    ['a second hello', () => '{"type":"hello"}', 'malformed'],
  ])('%s', async (_, frame, code, field) => {
    const socket = await mallory();
    const refused = await told(socket, frame());
    expect(refused).toMatchObject({ type: 'refused', code });
    if (field !== undefined) expect(refused.field).toMatch(new RegExp(`^${field}`));
    expect(JSON.stringify(refused)).not.toMatch(/\.rs\b|panicked|src\//);
    // Nothing was stored, and the seat can still answer.
    socket.send(command(answer()));
    expect(await socket.next((one) => one.type === 'ack')).toMatchObject({ id: 1 });
    socket.close();
  });

  it('after the end of all this, the others’ run is as it was', async () => {
    const fresh = await host.again();
    expect(fresh.view.phase).toBe('running');
    expect(fresh.view.people!.find((person) => person.seat === bob.seat)).toMatchObject({ name: 'Bob' });
    fresh.close();
    host = await Player.screen(api, run);
  });
});

describe('an answer given more than once', () => {
  it('counts once when it comes from two sockets of the seat at the same time', async () => {
    const grant = must(await join(run, 'Doubled'), 201);
    const first = await RawSocket.hello(grant);
    const opening = await ticket(run, grant.token);
    // The second socket says hello and answers in one breath, while the first answers too.
    const second = await RawSocket.opened(opening);
    first.send(command(answer({ choice: option(0) })));
    second.send({ type: 'hello' });
    second.send(command(answer({ choice: option(1) })));
    await eventually('an answer', () => second.frames.find((one) => one.id === 1), 5_000, 10);
    const view = await RawSocket.hello(await ticket(run, grant.token));
    const answers = view.frames[0].view.current.answered;
    expect(answers, 'one answer is stored').toBeDefined();
    const acks = [...first.frames, ...second.frames].filter((one) => one.type === 'ack').map((one) => JSON.stringify(one.reply.choice));
    expect(new Set(acks).size, 'nobody was told that another answer counts').toBeLessThanOrEqual(1);
    view.send(command(answer({ choice: option(2) }), { id: view.frames[0].last_id + 1 }));
    expect(await view.next((one) => one.type === 'refused')).toMatchObject({ code: 'already_answered' });
    for (const socket of [first, second, view]) socket.close();
  });

  it('is refused when it comes after the question was closed', async () => {
    const socket = await mallory();
    await host.tell('reveal');
    expect(await told(socket, command(answer()))).toMatchObject({ type: 'refused', code: 'too_late' });
    socket.close();
    await host.tell('next');
    await host.opened(1);
  });
});

/** Why it was refused. */
function codeOf(answer: Answer): string {
  return String(answer.body?.code ?? answer.text);
}

/** Joins, again if the local runtime's own front answers instead of a Worker. */
async function persist(run: Run, name: string, from: string): Promise<Answer<SeatGrant>> {
  const key = randomKey();
  const first = await join(run, name, key, from);
  return first.status === 503 && first.body === undefined ? join(run, name, key, from) : first;
}

describe('many at once', () => {
  it('500 sockets of one seat: the newest lives, all others are told that they were replaced', { timeout: 180_000 }, async () => {
    const grant = must(await join(run, 'Hydra'), 201);
    const sockets: RawSocket[] = [];
    for (let done = 0; done < 500; done += 25) {
      const batch = Array.from({ length: 25 }, async () => RawSocket.opened(await ticket(run, grant.token)));
      sockets.push(...(await Promise.all(batch)));
    }
    // The object has forgotten them at once; the local runtime ends connections on which nothing was said some 20 s later.
    const replaced = () => sockets.filter((socket) => socket.closed?.code === 4001);
    await eventually('499 closed sockets', () => replaced().length === 499, 60_000, 50);
    const [last] = sockets.filter((socket) => socket.closed?.code !== 4001) as [RawSocket];
    last.close();
    const next = await RawSocket.hello(await ticket(run, grant.token));
    expect(next.frames[0]).toMatchObject({ seat: grant.seat });
    const others = await Player.screen(api, run, 'wall');
    expect(others.view.phase, 'the run goes on').not.toBe('finished');
    others.close();
    next.close();
  });

  it('10,000 names: the run takes 2,000 seats, and everybody else hears that it is full', { timeout: 300_000 }, async () => {
    const crowded = await aRun(api);
    const ada = must(await join(crowded, 'Ada'), 201);
    const counts = new Map<string, number>();
    const codes = new Set<string>();
    for (let done = 0; done < 10_000; done += 100) {
      const from = freshAddress();
      const batch = Array.from({ length: 100 }, (_, i) => persist(crowded, `N${done + i}`, from));
      for (const one of await Promise.all(batch)) {
        const outcome = one.status === 201 ? 'seat' : codeOf(one);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        codes.add(outcome);
      }
    }
    expect(Object.fromEntries(counts)).toEqual({ seat: 1_999, run_full: 8_001 });
    expect([...codes].sort()).toEqual(['run_full', 'seat']);
    const socket = await RawSocket.hello(await ticket(crowded, ada.token));
    expect(socket.frames[0].view.phase).toBe('lobby');
    socket.close();
  });
});

describe('frames that are no frames', () => {
  it('1 MB closes the socket with a reason, and nobody else notices', async () => {
    const socket = await mallory();
    socket.send('x'.repeat(1_000_000));
    expect(await socket.end()).toEqual({ code: 4005, reason: 'bad_frames' });
    const binary = await mallory();
    binary.socket.send(Buffer.alloc(1_000_000));
    expect([4004, 4005]).toContain((await binary.end()).code);
    const still = await RawSocket.hello(await ticket(run, bob.token));
    expect(still.closed).toBeUndefined();
    still.close();
  });

  it('a flood of binary frames is stopped like any other', async () => {
    const socket = await mallory();
    for (let sent = 0; sent < 200; sent += 1) socket.socket.send(Buffer.from([0]));
    expect([4004, 4005]).toContain((await socket.end()).code);
  });
});

describe('doors', () => {
  it.each(['host', 'wall'])('a %s’s ticket is not given to a participant, nor to nobody', async (role) => {
    const seat = must(await join(run, `Doorman ${role}`), 201);
    const path = `/v1/speedruns/${run.id}/tickets`;
    expectProblem(await new Api(seat.token).post(path, { role, screen: randomKey() }), 403, 'forbidden');
    expectProblem(await anyone.post(path, { role, screen: randomKey() }), 401, 'unauthenticated');
    // What a participant is given is a participant's, whoever else has opened a screen meanwhile.
    const { live_url } = await screen(api, run, role as 'host' | 'wall');
    const socket = await RawSocket.hello({ ticket: seat.ticket, live_url });
    expect(socket.frames[0]).toMatchObject({ type: 'welcome', seat: seat.seat, role: 'participant' });
    socket.close();
  });
});
