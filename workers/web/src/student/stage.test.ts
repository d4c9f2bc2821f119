import { expect, test } from 'vitest';
import type { Current } from '../generated/Current';
import type { View } from '../generated/View';
import { fromView } from '../speedrun/state';
import { aQuestion, aView } from '../speedrun/testing';
import { stageOf } from './stage';

const current: Current = { question: aQuestion(), timing: { opened_at: 0, ends_at: 20_000 } };
const judgement = { index: 0, outcome: 'right', points: 1, streak: 1, score: 1 } as const;
const stage = (change: Partial<View>, left?: number, pace: 'host' | 'self' = 'host') => {
  const view = aView(change);
  return stageOf(fromView({ ...view, settings: { ...view.settings, pace } }, 'seat_ada', 'participant'), left);
};
const me = { name: 'Ada', score: 0, rank: null, extra_time: 0, opened: 3, done: true };

test('every moment of a run has its look', () => {
  expect(stage({})).toBe('lobby');
  expect(stage({ phase: 'running' })).toBe('ready');
  expect(stage({ phase: 'running', current }, 5_000)).toBe('open');
  expect(stage({ phase: 'paused', paused_at: 1, current }, 5_000)).toBe('paused');
  expect(stage({ phase: 'running', current: { ...current, answered: { type: 'option', value: 0 } } }, 5_000)).toBe('answered');
  expect(stage({ phase: 'running', current }, 0)).toBe('late');
  expect(stage({ phase: 'revealing', current: { ...current, judgement } }, 0)).toBe('result');
  expect(stage({ phase: 'running', current: { ...current, question: aQuestion({ ask: { type: 'slide' } }) } })).toBe('slide');
  expect(stage({ phase: 'finished', current })).toBe('finished');
});

test('alone, one starts, sees each result at once and is done', () => {
  expect(stage({ phase: 'running' }, undefined, 'self')).toBe('start');
  expect(stage({ phase: 'running', current: { ...current, judgement } }, 5_000, 'self')).toBe('result');
  expect(stage({ phase: 'running', me }, undefined, 'self')).toBe('done');
});
