import { expect, test } from 'vitest';
import { shownCode, typedCode } from './code';

test('a code is read in any case, with spaces and dashes', () => {
  for (const typed of ['k7m 2qx', 'K7M-2QX', ' K 7 M 2 Q X ', 'ｋ７ｍ２ｑｘ', 'k7m2qxzz']) expect(typedCode(typed)).toBe('K7M2QX');
});

test('a code is shown in two groups', () => {
  expect(shownCode('K7M2QX')).toBe('K7M 2QX');
  expect(shownCode('K7M')).toBe('K7M');
});
