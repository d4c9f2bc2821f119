import { expect, test } from 'vitest';
import { plain, readable, source } from './rich';

const product = { tex: '7 \\cdot 8', mathml: '<math><mn>7</mn><mo>⋅</mo><mn>8</mn></math>' };
const half = { tex: '\\frac12', mathml: '<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>' };

test.each([
  [product, '7 ⋅ 8'],
  [half, '\\frac12'],
  [{ tex: 'x^2', mathml: '<math><msup><mi>x</mi><mn>2</mn></msup></math>' }, 'x^2'],
  [{ tex: 'a < b', mathml: '<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>' }, 'a < b'],
  [{ tex: '?', mathml: '' }, '?'],
])('a formula is read out: %o', ({ mathml, tex }, words) => expect(readable(mathml, tex)).toBe(words));

test('text with formulas is read out on one line, and written with its sources', () => {
  const rich = [{ text: 'What\nis ' }, { math: product }, { text: '?' }];
  expect(plain(rich)).toBe('What is 7 ⋅ 8?');
  expect(source(rich)).toBe('What\nis \\(7 \\cdot 8\\)?');
});
