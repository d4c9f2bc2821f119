import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '../harness/api';
import { Player } from '../harness/player';
import { aRun, ticket } from '../harness/run';
import { singleChoice } from '../harness/sets';
import { killAndStart } from '../harness/server';
import { RawSocket } from '../harness/socket';
import { sleep } from '../harness/time';

type Numbers = Record<string, number>;

/** What an uninterrupted client heard: its events in the order in which they came. */
const streams = new Map<string, { player: Player; events: { channel: string; seq: number; at: number; message: unknown }[]; start: Numbers }>();

beforeAll(async () => {
  const api = await client('alder');
  const run = await aRun(api, [singleChoice('One'), singleChoice('Two'), singleChoice('Three')], { close_when_all_answered: false });
  const host = await Player.screen(api, run);
  const wall = await Player.screen(api, run, 'wall');
  const ada = await Player.join(run, 'Ada');
  const bob = await Player.join(run, 'Bob');
  await host.tell('start');
  for (let index = 0; index < 3; index += 1) {
    await host.opened(index);
    await Promise.all([ada, bob].map((player) => player.opened(index)));
    await ada.answer(index, { type: 'option', value: 0 });
    await bob.answer(index, { type: 'option', value: 1 });
    await host.tell('reveal');
    await host.told('revealed', (message) => message.index === index);
    await host.tell('next');
  }
  await Promise.all([host, wall, ada, bob].map((player) => player.told('finished')));
  await sleep(300);
  for (const [name, player] of Object.entries({ host, wall, ada, bob })) {
    const welcome = player.heard.map((text) => (text.startsWith('{') ? JSON.parse(text) : {})).find((frame) => frame.type === 'welcome');
    streams.set(name, { player, events: [...player.events], start: welcome.channels });
    player.close();
  }
  await killAndStart();
});

describe('after a kill of the runtime, a client that comes back to a finished run', () => {
  it.each(['host', 'wall', 'ada', 'bob'])('as %s gets from every number exactly what an uninterrupted one got', async (name) => {
    const { player, events, start } = streams.get(name)!;
    expect(events.length).toBeGreaterThan(6);
    const seen: Numbers = { ...start };
    for (let from = 0; from <= events.length; from += 1) {
      if (from > 0) seen[events[from - 1]!.channel] = events[from - 1]!.seq;
      const socket = await RawSocket.hello(await ticket(player.run, player.grant.token), { ...seen });
      const welcome = socket.frames.find((frame) => frame.type === 'welcome');
      expect(welcome.view, `a fresh view from ${from}`).toBeUndefined();
      const rest = events.slice(from);
      await socket.next(() => socket.frames.filter((frame) => frame.type === 'event').length >= rest.length).catch(() => undefined);
      const got = socket.frames.filter((frame) => frame.type === 'event').map(({ channel, seq, at, message }) => ({ channel, seq, at, message }));
      expect(got, `from ${from}: ${JSON.stringify(seen)}`).toEqual(rest);
      socket.close();
    }
  }, 120_000);

  it('and says nothing of what it saw gets one fresh view', async () => {
    const { player } = streams.get('ada')!;
    const socket = await RawSocket.hello(await ticket(player.run, player.grant.token));
    const welcome = socket.frames.find((frame) => frame.type === 'welcome');
    expect(welcome.view).toMatchObject({ phase: 'finished', me: { name: 'Ada' } });
    await sleep(300);
    expect(socket.frames.filter((frame) => frame.type === 'event')).toEqual([]);
    socket.close();
  });

  it('has dense numbers on every channel', () => {
    for (const [name, { events, start }] of streams) {
      const last = { ...start } as Numbers;
      for (const { channel, seq } of events) {
        expect(seq, `${name} ${channel}`).toBe((last[channel] ?? 0) + 1);
        last[channel] = seq;
      }
    }
  });
});
