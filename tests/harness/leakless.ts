//! Runs in every file of tests: a frame that tells what nobody may be told fails the test in which it came.
import { afterEach, expect } from 'vitest';
import { told } from './leaks';

afterEach(() => {
  expect(told.splice(0)).toEqual([]);
});
