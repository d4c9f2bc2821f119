//! Rounds: fifty participants play in both paces while the runtime is killed and started again.
//!
//! How many, and by which seed, is said by `cargo xtask faults speedrun`; the seed of a failed round is printed.
import { expect, it } from 'vitest';
import { Chance } from './rounds/chance';
import { History } from './rounds/history';
import { Story } from './rounds/story';

/** Crashes that one run goes through. */
const ROUNDS_A_RUN = 5;

const rounds = Number(process.env['LECTERN_ROUNDS'] ?? 10);
const seed = process.env['LECTERN_SEED'] ?? String(Date.now() % 1_000_000);

it(`${rounds} crashes lose nothing, double nothing and leave nobody behind`, { timeout: 60_000 + rounds * 60_000 }, async () => {
  const history = new History(seed);
  const chance = new Chance(seed);
  const alone = chance.next() < 0.5;
  let counted = 0;
  try {
    for (let run = 0; counted < rounds; run += 1) {
      const wanted = Math.min(ROUNDS_A_RUN, rounds - counted);
      const selfPaced = run % 2 === 1;
      const ending = [0, 3].includes(run % 4) === alone ? 'alone' : 'watched';
      history.say(`run ${run + 1}: ${selfPaced ? 'everybody at their own pace' : 'the host sets the pace'}`);
      const story = await Story.begin(wanted, selfPaced, ending, chance.of(`run ${run}`), history);
      try {
        await story.start();
        for (let here = 0; here < wanted; ) here += (await story.round()) ? 1 : 0;
        counted += wanted;
        await story.finish();
      } finally {
        story.close();
      }
    }
  } catch (error) {
    throw new Error(`seed ${seed}; the whole history is in ${history.keep(error)}`, { cause: error });
  }
  history.say(`${counted} rounds; checked:`);
  history.summary().forEach((line) => history.say(line));
  expect(counted).toBeGreaterThanOrEqual(rounds);
});
