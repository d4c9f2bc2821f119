//! What a page knows of a run: the view it was given, moved on by every message since.
//!
//! Invariant: `apply(fromView(v), m)` shows what the server's next view would show; the last question
//! stays to be looked at after the end. Pure: time comes in with the messages.

import type { Counts } from '../generated/Counts';
import type { Current } from '../generated/Current';
import type { Distribution } from '../generated/Distribution';
import type { Message } from '../generated/Message';
import type { Person } from '../generated/Person';
import type { Presence } from '../generated/Presence';
import type { Progress } from '../generated/Progress';
import type { Role } from '../generated/Role';
import type { Standing } from '../generated/Standing';
import type { Timing } from '../generated/Timing';
import type { View } from '../generated/View';

/** A run as one seat sees it. */
export interface Run {
  seat: string;
  role: Role;
  view: View;
  /** Whether the current question is closed and its solution may be shown to all. */
  revealed: boolean;
  /** Whether this seat was taken out. */
  removed: boolean;
  totals: Totals;
}

/** The running totals, as far as this seat is told them. */
export interface Totals {
  counts?: Counts;
  leaderboard?: Standing[];
  /** The leaderboard for hosts, whether it is shown to others or not. */
  standings?: Standing[];
  distribution?: Distribution;
  progress?: Progress[];
  presence?: Presence;
}

/** A run from a fresh view. Totals are kept: they come by themselves and are right until then. */
export function fromView(view: View, seat: string, role: Role, before?: Run): Run {
  return { seat, role, view, revealed: wasRevealed(view), removed: false, totals: before?.totals ?? {} };
}

/** A newer running total. */
export function total(run: Run, name: string, state: unknown): Run {
  return { ...run, totals: { ...run.totals, [name]: state } };
}

/** The run after a message. */
export function apply(run: Run, message: Message): Run {
  const { view } = run;
  switch (message.type) {
    case 'configured':
      return seen(run, { step: message.step, settings: message.settings, questions: message.questions });
    case 'started':
      return seen(run, { step: message.step, questions: message.questions, phase: 'running' });
    case 'opened':
      return opened(run, message);
    case 'paused':
      return seen(run, { step: message.step, phase: 'paused', paused_at: message.at });
    case 'resumed':
      return shifted(seen(run, { step: message.step, phase: run.revealed && !own(view) ? 'revealing' : 'running', paused_at: null }), message.by, message.by);
    case 'more_time':
      return shifted(seen(run, { step: message.step }), 0, message.by);
    case 'interrupted':
      return shifted(run, message.by, message.by);
    case 'revealed':
      return {
        ...seen(run, {
          step: message.step,
          phase: view.phase === 'finished' ? 'finished' : 'revealing',
          current: current(view, message.index, { solution: message.solution, distribution: message.distribution }),
        }),
        revealed: true,
      };
    case 'locked':
      return seen(run, { locked: message.locked });
    case 'leaderboard_shown':
      return seen(run, { settings: { ...view.settings, leaderboard: message.shown } });
    case 'finished':
      return seen(run, { step: message.step, phase: 'finished', end_reason: message.reason, paused_at: null });
    case 'joined':
      return joined(run, { seat: message.seat, name: message.name, extra_time: 0 });
    case 'renamed':
      return mine(person(run, message.seat, { name: message.name }), message.seat, { name: message.name });
    case 'removed':
      return { ...seen(run, { people: view.people?.filter((p) => p.seat !== message.seat) ?? null }), removed: run.removed || message.seat === run.seat };
    case 'extra_time':
      return mine(person(run, message.seat, { extra_time: message.percent }), message.seat, { extra_time: message.percent });
    case 'solved':
      return seen(run, { current: current(view, message.index, { solution: message.solution }) });
    case 'answered':
      return seen(run, { current: current(view, message.index, { answered: message.choice }) });
    case 'judged':
      return judged(run, message);
    case 'done':
      return mine(run, run.seat, { done: true, score: message.score });
  }
}

/** Whether every participant goes alone. */
export function own(view: View): boolean {
  return view.settings.pace === 'self';
}

/** Milliseconds left of the open question at the server's time `now`; none without a limit. */
export function timeLeft(run: Run, now: number): number | undefined {
  const ends = run.view.current?.timing.ends_at;
  if (ends === undefined || ends === null) return undefined;
  return Math.max(0, ends - (run.view.paused_at ?? now));
}

/** How long the open question lasts in all. */
export function timeAll(run: Run): number | undefined {
  const timing = run.view.current?.timing;
  return timing === undefined || timing.ends_at === null ? undefined : timing.ends_at - timing.opened_at;
}

function wasRevealed(view: View): boolean {
  if (view.current === null) return false;
  return view.phase === 'revealing' || view.current.distribution !== undefined || (own(view) && view.current.judgement !== undefined);
}

function seen(run: Run, change: Partial<View>): Run {
  return { ...run, view: { ...run.view, ...change } };
}

/** The current question with a change, if it is the one that is meant. */
function current(view: View, index: number, change: Partial<Current>): Current | null {
  return view.current?.question.index === index ? { ...view.current, ...change } : view.current;
}

function opened(run: Run, message: Extract<Message, { type: 'opened' }>): Run {
  const alone = message.step === undefined;
  const timing = alone ? message.timing : extended(message.timing, run.view.me?.extra_time ?? 0);
  const { distribution: _, ...totals } = run.totals;
  const moved = seen(run, {
    step: message.step ?? run.view.step,
    phase: alone ? run.view.phase : 'running',
    current: { question: message.question, timing },
    me: alone && run.view.me !== null ? { ...run.view.me, opened: message.question.index + 1 } : run.view.me,
  });
  const counts = totals.counts === undefined || alone ? totals.counts : { ...totals.counts, answered: 0 };
  return { ...moved, revealed: false, totals: { ...totals, counts } };
}

/** The message to all names the time without extra time; a participant adds their own. */
function extended(timing: Timing, percent: number): Timing {
  if (timing.ends_at === null || percent === 0) return timing;
  return { ...timing, ends_at: timing.ends_at + Math.floor(((timing.ends_at - timing.opened_at) * percent) / 100) };
}

/** Moves the open question's time; a closed one stands. */
function shifted(run: Run, start: number, end: number): Run {
  const { current } = run.view;
  if (current === null || run.revealed) return run;
  const { opened_at, ends_at } = current.timing;
  const timing = { opened_at: opened_at + start, ends_at: ends_at === null ? null : ends_at + end };
  return seen(run, { current: { ...current, timing } });
}

function judged(run: Run, message: Extract<Message, { type: 'judged' }>): Run {
  const { type: _, solution, ...judgement } = message;
  const change = solution === undefined ? { judgement } : { judgement, solution };
  const next = seen(run, { current: current(run.view, message.index, change) });
  const rank = message.rank ?? null;
  const closed = own(run.view) && run.view.current?.question.index === message.index;
  return { ...mine(next, run.seat, { score: message.score, rank }), revealed: run.revealed || closed };
}

function joined(run: Run, newcomer: Person): Run {
  const { people } = run.view;
  if (people === null || people.some((p) => p.seat === newcomer.seat)) return run;
  return seen(run, { people: [...people, newcomer] });
}

function person(run: Run, seat: string, change: Partial<Person>): Run {
  const people = run.view.people?.map((p) => (p.seat === seat ? { ...p, ...change } : p)) ?? null;
  return seen(run, { people });
}

function mine(run: Run, seat: string, change: Partial<NonNullable<View['me']>>): Run {
  if (run.view.me === null || seat !== run.seat) return run;
  return seen(run, { me: { ...run.view.me, ...change } });
}
