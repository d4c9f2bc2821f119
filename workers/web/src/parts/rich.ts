//! Rich text without a page: its words, for names and announcements.

import type { Rich } from '../generated/Rich';

/** The text on one line, formulas as TeX. */
export function plain(rich: Rich): string {
  return rich
    .map((segment) => ('text' in segment ? segment.text : segment.math.tex))
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** The text as an author writes it: formulas between `\(` and `\)`. */
export function source(rich: Rich): string {
  return rich.map((segment) => ('text' in segment ? segment.text : `\\(${segment.math.tex}\\)`)).join('');
}
