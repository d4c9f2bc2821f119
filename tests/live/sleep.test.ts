//! An object whose sockets are idle is put to sleep by the runtime; nobody may notice.
import { describe, expect, it } from 'vitest';
import { client } from '../harness/api';
import { Player } from '../harness/player';
import { aRun } from '../harness/run';
import { singleChoice } from '../harness/sets';
import { sleep } from '../harness/time';

describe('a run in which nothing happens for a while', () => {
  it('wakes up with all of its sockets', { timeout: 60_000 }, async () => {
    const run = await aRun(await client('alder'));
    const host = await Player.screen(await client('alder'), run);
    const ada = await Player.join(run, 'Ada');
    await sleep(16_000);
    await host.send({ type: 'leaderboard', shown: false });
    expect((await ada.told('leaderboard_shown', undefined, 3_000)).shown).toBe(false);
    expect([host.views.length, ada.views.length]).toEqual([1, 1]);
    host.close();
    ada.close();
  });

  it('wakes up also when its questions take more than one stored row', { timeout: 60_000 }, async () => {
    const long = Array.from({ length: 90 }, (_, n) => singleChoice(`${n}`, { text: '\u{1f600}'.repeat(3_900) }));
    const run = await aRun(await client('alder'), long);
    const host = await Player.screen(await client('alder'), run);
    await sleep(16_000);
    await host.tell('start');
    expect(await host.opened(0)).toBeDefined();
    expect(host.views.length).toBe(1);
    host.close();
  });
});
