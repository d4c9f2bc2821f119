import { expect, test } from 'vitest';
import { directionOf, isolated } from './bidi';

test.each([
  ['What is this?', 'ltr'],
  ['ما هذا؟', 'rtl'],
  ['3. מה זה?', 'rtl'],
  ['「何」', 'ltr'],
  ['HTML היא שפה', 'ltr'],
  ['12 : 4', undefined],
  ['😀', undefined],
  ['', undefined],
])('“%s” is written %s', (text, direction) => expect(directionOf(text)).toBe(direction));

test('only what is written from right to left is isolated inside a sentence', () => {
  expect(isolated('Ada')).toBe('Ada');
  expect(isolated('Ім’я 😀')).toBe('Ім’я 😀');
  expect(isolated('أحمد 3')).toBe('\u2068أحمد 3\u2069');
  expect(isolated('Ada משה')).toBe('\u2068Ada משה\u2069');
});
