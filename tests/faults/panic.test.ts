//! A panic inside an engine, and memories that are lost: on the build that breaks where it is told to.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refused } from '../../workers/web/src/live';
import type { Command } from '../../workers/web/src/generated/Command';
import { client, type Api } from '../harness/api';
import { Player } from '../harness/player';
import { aRun, type Run } from '../harness/run';
import { kill, startFresh } from '../harness/server';
import { eventually, sleep } from '../harness/time';
import { contradictions } from './rounds/wire';

let api: Api;
beforeAll(async () => {
  await kill();
  await startFresh('faults');
  api = await client('alder');
});
afterAll(async () => {
  await kill();
  await startFresh();
});

interface Room {
  run: Run;
  host: Player;
  ada: Player;
}

async function aRoom(): Promise<Room> {
  const run = await aRun(api);
  return { run, host: await Player.screen(api, run), ada: await Player.join(run, 'Ada') };
}

/** When the memory of a player's session was built. */
async function birth(player: Player): Promise<string> {
  const refused = await player.send({ type: 'birth' } as unknown as Command).catch((error: unknown) => error);
  if (!(refused instanceof Refused) || refused.code !== 'birth') throw new Error(`not the build for fault tests: ${String(refused)}`);
  return refused.detail;
}

/** Breaks the engine; what the caller is told, and after how many ms. */
async function breaks(player: Player, place: string): Promise<{ told: string; after: number }> {
  const begun = Date.now();
  const told = await player.send({ type: 'break', place } as unknown as Command).then(
    () => 'ack',
    (error: unknown) => (error instanceof Refused ? error.code : String(error)),
  );
  return { told, after: Date.now() - begun };
}

function leave(rooms: Room[]): void {
  rooms.forEach(({ host, ada }) => (host.close(), ada.close()));
}

describe('a panic inside an engine', () => {
  it('is answered within a second, and takes no message and no memory from any other session', { timeout: 60_000 }, async () => {
    const [broken, ...others] = (await Promise.all([aRoom(), aRoom(), aRoom()])) as [Room, Room, Room];
    const births = await Promise.all(others.map(({ host }) => birth(host)));
    let over = false;
    // The neighbours never pause: whatever is lost, is lost to one of them.
    const busy = others.map(async ({ host, ada }) => {
      let sent = 0;
      for (; !over; sent += 1) {
        await host.send({ type: 'leaderboard', shown: sent % 2 === 1 });
        await sleep(5);
      }
      await eventually('the last news', () => ada.events.filter(({ message }) => message.type === 'leaderboard_shown').length === sent, 10_000, 10);
      return sent;
    });
    const before = await birth(broken.host);
    for (const place of ['decide', 'evolve', 'decide', 'evolve']) {
      const { told, after } = await breaks(broken.ada, place);
      expect(told, place).toBe('internal');
      expect(after, place).toBeLessThan(1_000);
    }
    expect(await birth(broken.host), 'the broken memory is thrown away').not.toBe(before);
    // What was durable before it broke is told to who comes back: their sockets are closed so that they do.
    for (const place of ['project', 'totals']) {
      expect((await breaks(broken.ada, place)).told, place).toBe('ack');
      await eventually('both back', () => [broken.host, broken.ada].every((player) => player.client.connection.is === 'online'), 10_000, 10);
    }
    await broken.host.send({ type: 'leaderboard', shown: false });
    expect((await broken.ada.told('leaderboard_shown')).shown).toBe(false);
    over = true;
    for (const sent of await Promise.all(busy)) expect(sent).toBeGreaterThan(5);
    expect(await Promise.all(others.map(({ host }) => birth(host)))).toEqual(births);
    expect(others.flatMap(({ host, ada }) => [host.views.length, ada.views.length])).toEqual([1, 1, 1, 1]);
    for (const { host, ada } of [broken, ...others]) expect(contradictions([host, ada])).toEqual([]);
    leave([broken, ...others]);
  });
});

describe('a run that the runtime puts out of memory while nothing happens', () => {
  it('is rebuilt three times, and nobody notices', { timeout: 150_000 }, async () => {
    const room = await aRoom();
    const { host, ada } = room;
    let shown = true;
    for (let time = 1; time <= 3; time += 1) {
      const before = await birth(host);
      // The local runtime evicts after some ten seconds; asked too early, it starts to wait anew.
      await eventually(`eviction ${time}`, async () => {
        await sleep(13_000);
        return (await birth(host)) !== before;
      }, 40_000, 0);
      shown = !shown;
      const { at } = await host.send({ type: 'leaderboard', shown });
      await eventually('the news', () => ada.events.some((event) => event.at === at), 5_000, 10);
    }
    expect([host.views.length, ada.views.length]).toEqual([1, 1]);
    expect(contradictions([host, ada])).toEqual([]);
    leave([room]);
  });
});
