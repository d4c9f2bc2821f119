import { describe, expect, test } from 'vitest';
import type { Kind } from '../generated/Kind';
import type { QuestionSet } from '../generated/QuestionSet';
import { draftOf, formOf, lecternJson, newOption, newQuestion, withFiles } from './draft';

const set = (kind: Kind): QuestionSet => ({
  title: 'All',
  language: 'en',
  questions: [{ id: 'q1', text: [{ text: 'What is ' }, { math: { tex: 'x^2', mathml: '<math></math>' } }], kind, points: 500, duration: 30, penalty: 10 }],
});
const written = (kind: Kind) => (lecternJson(draftOf(set(kind))).document.questions as Record<string, unknown>[])[0];
const a = { text: [{ text: 'a' }] };
const b = { text: [{ text: 'b' }] };

describe('a stored question is written as it was', () => {
  test('its common parts', () => {
    expect(written({ type: 'true_false', correct: false })).toEqual({
      id: 'q1',
      kind: 'true_false',
      text: 'What is \\(x^2\\)',
      points: 500,
      duration: 30,
      penalty: 10,
      correct: false,
    });
  });

  test.each<[Kind, object]>([
    [{ type: 'single_choice', options: [a, b], correct: 1 }, { options: [{ text: 'a' }, { text: 'b', correct: true }] }],
    [
      { type: 'multiple_choice', options: [a, b], correct: [0, 1], credit: 'partial' },
      { options: [{ text: 'a', correct: true }, { text: 'b', correct: true }], credit: 'partial' },
    ],
    [{ type: 'number', correct: 3, judging: { type: 'closeness', range: 2 }, unit: 'm' }, { correct: 3, range: 2, unit: 'm' }],
    [{ type: 'number', correct: 3, judging: { type: 'tolerance', tolerance: 0 } }, { correct: 3, tolerance: 0 }],
    [
      { type: 'short_text', accepted: ['Ada', 'Lady Ada'], fold: { case: true, accents: false, spaces: true } },
      { accepted: ['Ada', 'Lady Ada'], fold: { case: true, accents: false, spaces: true } },
    ],
    [{ type: 'ordering', items: [[{ text: 'x' }], [{ text: 'y' }]], credit: 'all_or_nothing' }, { items: ['x', 'y'] }],
  ])('its kind: %o', (kind, expected) => expect(written(kind)).toMatchObject(expected));

  test.each<Kind>([{ type: 'poll', options: [a, b], multiple: true }, { type: 'slide' }])('what scores nothing names no points: %o', (kind) => {
    expect(written(kind)).not.toHaveProperty('points');
    expect(written(kind)).not.toHaveProperty('penalty');
  });
});

test('pictures are sent along under the name that the set gives them, stored ones by id', () => {
  const file = new File(['x'], 'map.png', { type: 'image/png' });
  const draft = {
    title: 'Maps',
    language: '',
    questions: [
      newQuestion('single_choice', {
        text: '?',
        image: { file, alt: 'A map' },
        options: [newOption({ text: 'a', correct: true, image: { id: 'ff', alt: '' } }), newOption({ text: 'b', image: { file, alt: 'B' } })],
      }),
    ],
  };
  const { document, files } = lecternJson(draft);
  expect([...files.keys()]).toEqual(['1-map.png', '2-map.png']);
  expect(document).toMatchObject({
    lectern: 1,
    questions: [{ image: { file: '1-map.png', alt: 'A map' }, options: [{ image: { id: 'ff', alt: '' } }, { image: { file: '2-map.png', alt: 'B' } }] }],
  });
  expect(formOf(draft).getAll('image')).toHaveLength(2);
});

test('stored pictures become files where the set that holds them may be gone', async () => {
  const file = new File(['x'], 'map.png', { type: 'image/png' });
  const draft = {
    title: 'Maps',
    language: '',
    questions: [newQuestion('single_choice', { image: { id: 'ff', alt: 'A map' }, options: [newOption({ image: { file, alt: 'B' } }), newOption({ image: { id: 'ee', alt: '' } }), newOption()] })],
  };
  const { document, files } = lecternJson(await withFiles(draft, async (id) => new Blob([id], { type: 'image/webp' })));
  expect(document).toMatchObject({ questions: [{ image: { file: '1-picture', alt: 'A map' }, options: [{ image: { file: '2-map.png' } }, { image: { file: '3-picture' } }, {}] }] });
  expect(await Promise.all([...files.values()].map((one) => one.text()))).toEqual(['ff', 'x', 'ee']);
  expect(draft.questions[0]?.image, 'the draft itself stays').toEqual({ id: 'ff', alt: 'A map' });
});
