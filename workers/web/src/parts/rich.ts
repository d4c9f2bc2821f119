//! Rich text without a page: its words, for names and announcements.

import type { Rich } from '../generated/Rich';

/** The text on one line, formulas in words that can be read out. */
export function plain(rich: Rich): string {
  return rich
    .map((segment) => ('text' in segment ? segment.text : readable(segment.math.mathml, segment.math.tex)))
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The text as an author writes it: formulas between `\(` and `\)`. */
export function source(rich: Rich): string {
  return rich.map((segment) => ('text' in segment ? segment.text : `\\(${segment.math.tex}\\)`)).join('');
}

/** Elements that put nothing above, below or into anything else. */
const FLAT = /^(math|mrow|mi|mn|mo|mtext|mspace|mstyle|semantics)$/;

/** A formula in words: its signs in a row where that says everything, `7 ⋅ 8`; else its TeX source. */
export function readable(mathml: string, tex: string): string {
  const elements = [...mathml.matchAll(/<([a-z]+)/g)].map((match) => match[1] ?? '');
  const said = mathml.replaceAll(/<[^>]*>/g, ' ').replace(/\s+/gu, ' ').trim();
  return said === '' || said.includes('&') || !elements.every((name) => FLAT.test(name)) ? tex : said;
}
