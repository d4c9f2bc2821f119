import { describe, expect, test } from 'vitest';
import type { Message } from '../generated/Message';
import { apply, fromView, timeAll, timeLeft, total, type Run } from './state';
import { aQuestion, aView } from './testing';

const run = (...messages: Message[]): Run => messages.reduce(apply, participant());
const participant = (): Run => fromView(aView(), 'seat_ada', 'participant');
const host = (): Run => fromView(aView({ me: null, people: [] }), 'seat_host', 'host');
const opened = (step: number, index = 0): Message => ({
  type: 'opened',
  step,
  question: aQuestion({ index }),
  timing: { opened_at: 1_000, ends_at: 21_000 },
});
const revealed: Message = {
  type: 'revealed',
  step: 3,
  index: 0,
  solution: { correct: { type: 'option', value: 1 } },
  distribution: { answered: 2, right: 1, counts: [['0', 1], ['1', 1]] },
};
const judged: Message = { type: 'judged', index: 0, outcome: 'right', points: 900, streak: 1, score: 900, rank: 1 };

describe('host-paced', () => {
  test('a start is followed by a question that can be answered', () => {
    const now = run({ type: 'started', step: 1, questions: 3 }, opened(2));
    expect(now.view).toMatchObject({ phase: 'running', step: 2, questions: 3 });
    expect(now.view.current?.answered).toBeUndefined();
    expect(timeLeft(now, 5_000)).toBe(16_000);
  });

  test('my answer stays with its question only', () => {
    const answered: Message = { type: 'answered', index: 0, choice: { type: 'option', value: 1 }, used: 400 };
    expect(run(opened(2), answered).view.current?.answered).toEqual({ type: 'option', value: 1 });
    expect(run(opened(2), answered, opened(3, 1)).view.current?.answered).toBeUndefined();
    expect(run(opened(3, 1), answered).view.current?.answered).toBeUndefined();
  });

  test('the reveal shows what was right and what I got, in either order', () => {
    for (const order of [[revealed, judged], [judged, revealed]]) {
      const now = run(opened(2), ...order);
      expect(now.revealed).toBe(true);
      expect(now.view.phase).toBe('revealing');
      expect(now.view.current?.solution?.correct).toEqual({ type: 'option', value: 1 });
      expect(now.view.current?.judgement?.points).toBe(900);
      expect(now.view.me).toMatchObject({ score: 900, rank: 1 });
    }
  });

  test('a judgement before the reveal does not close the question', () => {
    expect(run(opened(2), judged).revealed).toBe(false);
  });

  test('the next question clears the reveal and the counts of the last', () => {
    const before = total(total(run(opened(2)), 'counts', { participants: 5, answered: 4 }), 'distribution', { answered: 4, right: 1, counts: [] });
    const now = [revealed, opened(4, 1)].reduce(apply, before);
    expect(now.revealed).toBe(false);
    expect(now.totals.counts).toEqual({ participants: 5, answered: 0 });
    expect(now.totals.distribution).toBeUndefined();
  });

  test('the end is the end', () => {
    const now = run(opened(2), revealed, { type: 'finished', step: 4, reason: 'completed' });
    expect(now.view).toMatchObject({ phase: 'finished', end_reason: 'completed' });
  });
});

describe('time', () => {
  test('stands still in a pause and runs on after it', () => {
    const paused = run(opened(2), { type: 'paused', step: 3, at: 11_000 });
    expect(timeLeft(paused, 60_000)).toBe(10_000);
    const resumed = apply(paused, { type: 'resumed', step: 4, by: 50_000 });
    expect(resumed.view.phase).toBe('running');
    expect(timeLeft(resumed, 61_000)).toBe(10_000);
    expect(timeAll(resumed)).toBe(20_000);
  });

  test('a pause in a reveal goes on as a reveal', () => {
    const now = run(opened(2), revealed, { type: 'paused', step: 4, at: 9 }, { type: 'resumed', step: 5, by: 10 });
    expect(now.view.phase).toBe('revealing');
  });

  test('more time makes it longer, an interruption moves it', () => {
    const more = run(opened(2), { type: 'more_time', step: 3, by: 30_000 });
    expect([timeLeft(more, 1_000), timeAll(more)]).toEqual([50_000, 50_000]);
    const away = run(opened(2), { type: 'interrupted', by: 7_000 });
    expect([timeLeft(away, 1_000), timeAll(away)]).toEqual([27_000, 20_000]);
  });

  test('my extra time is added to a question for all, not to one that was opened for me', () => {
    const extra: Message = { type: 'extra_time', seat: 'seat_ada', percent: 50 };
    expect(timeAll(run(extra, opened(2)))).toBe(30_000);
    const { step: _, ...mine } = opened(2) as Extract<Message, { type: 'opened' }>;
    expect(timeAll(run(extra, mine))).toBe(20_000);
  });

  test('a slide has no limit', () => {
    const now = run({ type: 'opened', step: 1, question: aQuestion({ ask: { type: 'slide' } }), timing: { opened_at: 5, ends_at: null } });
    expect(timeLeft(now, 10)).toBeUndefined();
    expect(timeAll(now)).toBeUndefined();
  });
});

describe('self-paced', () => {
  const alone = (): Run => {
    const view = aView({ phase: 'running' });
    return fromView({ ...view, settings: { ...view.settings, pace: 'self' } }, 'seat_ada', 'participant');
  };
  const { step: _, ...mine } = opened(0) as Extract<Message, { type: 'opened' }>;

  test('a judgement closes my question and shows what was right', () => {
    const now = [mine, { ...judged, solution: { correct: { type: 'bool', value: true } } } as Message].reduce(apply, alone());
    expect(now.view.me?.opened).toBe(1);
    expect(now.revealed).toBe(true);
    expect(now.view.current?.solution).toBeDefined();
    expect(now.view.phase).toBe('running');
  });

  test('after the last question I am through', () => {
    expect(apply(alone(), { type: 'done', score: 1_200 }).view.me).toMatchObject({ done: true, score: 1_200 });
  });
});

describe('people', () => {
  test('come once, are renamed, get time, and go', () => {
    const joined: Message = { type: 'joined', seat: 'seat_ada', name: 'Ada' };
    const here = [joined, joined].reduce(apply, host());
    expect(here.view.people).toHaveLength(1);
    const changed = [
      { type: 'renamed', seat: 'seat_ada', name: 'Ada L.' } as Message,
      { type: 'extra_time', seat: 'seat_ada', percent: 25 } as Message,
    ].reduce(apply, here);
    expect(changed.view.people).toEqual([{ seat: 'seat_ada', name: 'Ada L.', extra_time: 25 }]);
    expect(apply(changed, { type: 'removed', seat: 'seat_ada' }).view.people).toEqual([]);
  });

  test('I learn of my own new name and of my removal', () => {
    expect(run({ type: 'renamed', seat: 'seat_ada', name: 'A.' }).view.me?.name).toBe('A.');
    expect(run({ type: 'renamed', seat: 'seat_bob', name: 'B.' }).view.me?.name).toBe('Ada');
    expect(run({ type: 'removed', seat: 'seat_ada' }).removed).toBe(true);
    expect(run({ type: 'removed', seat: 'seat_bob' }).removed).toBe(false);
  });
});
