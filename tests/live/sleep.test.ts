//! An object whose sockets are idle is put to sleep by the runtime; nobody may notice.
import { describe, expect, it } from 'vitest';
import { client } from '../harness/api';
import { Player } from '../harness/player';
import { aRun } from '../harness/run';
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
});
