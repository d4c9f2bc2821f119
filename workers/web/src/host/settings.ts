//! Settings of a run, as they are offered first.

import type { Settings } from '../generated/Settings';

/** What the server takes when nothing is said: `Settings::default` in shared/quiz. */
export const defaults = (): Settings => ({
  pace: 'host',
  duration: null,
  shuffle_questions: false,
  shuffle_options: false,
  speed: true,
  streak: false,
  close_when_all_answered: true,
  advance_after: null,
  late_join: true,
  leaderboard: true,
  abandon_after: 1_800,
});
