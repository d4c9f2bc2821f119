import { expect, test } from 'vitest';
import { readNumber } from './number';

test.each([
  ['12', 12],
  [' 3.5 ', 3.5],
  ['3,5', 3.5],
  ['-0,25', -0.25],
  ['−7', -7],
  ['1 000', 1000],
  ['1e3', 1000],
  ['٣٫٥', 3.5],
  ['१२', 12],
])('%s is a number', (typed, value) => expect(readNumber(typed)).toBe(value));

test.each(['', 'abc', '1,2,3', '1.2.3', '--1', '1e999', '0x10'])('“%s” is none', (typed) => expect(readNumber(typed)).toBeUndefined());
