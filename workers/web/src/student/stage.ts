//! Which of its looks the play page has now.

import { own, type Run } from '../speedrun/state';

/** A look of the play page. */
export type Stage = 'lobby' | 'ready' | 'start' | 'open' | 'paused' | 'answered' | 'late' | 'slide' | 'result' | 'done' | 'finished';

/** The look for a participant's run with `left` ms to go. */
export function stageOf(run: Run, left: number | undefined): Stage {
  const { view, revealed } = run;
  if (view.phase === 'finished') return 'finished';
  if (view.phase === 'lobby') return 'lobby';
  if (own(view) && view.me?.done) return 'done';
  const { current } = view;
  if (current === null) return own(view) ? 'start' : 'ready';
  if (current.question.ask.type === 'slide') return 'slide';
  if (revealed) return 'result';
  if (current.answered !== undefined) return 'answered';
  if (left !== undefined && left <= 0) return 'late';
  return view.phase === 'paused' ? 'paused' : 'open';
}
