//! Builders for tests.

import type { Shown } from '../generated/Shown';
import type { View } from '../generated/View';

/** A participant's view of a lobby. */
export function aView(change: Partial<View> = {}): View {
  return {
    title: 'Capitals',
    phase: 'lobby',
    step: 0,
    settings: {
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
    },
    questions: 3,
    paused_at: null,
    locked: false,
    end_reason: null,
    current: null,
    me: { name: 'Ada', score: 0, rank: null, extra_time: 0, opened: 0, done: false },
    people: null,
    code: null,
    link: null,
    ...change,
  };
}

/** A single choice between two cities. */
export function aQuestion(change: Partial<Shown> = {}): Shown {
  return {
    index: 0,
    of: 3,
    text: [{ text: 'Capital of France?' }],
    points: 1_000,
    ask: { type: 'single_choice', options: [{ index: 0, text: [{ text: 'Lyon' }] }, { index: 1, text: [{ text: 'Paris' }] }] },
    ...change,
  };
}
