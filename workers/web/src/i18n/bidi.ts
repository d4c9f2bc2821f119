//! Text of people inside of ours.

/** The direction in which a text is written. */
export type Direction = 'ltr' | 'rtl';

/** Characters that are written from right to left: Hebrew, Arabic and their kin. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name or title to stand inside a sentence. One written from right to left is isolated (U+2068, U+2069;
 * Unicode Standard Annex 9), so that it does not carry the words, digits and marks around it along.
 */
export const isolated = (text: string): string => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);

/** The direction of the first letter; none in a text without letters. */
export function directionOf(text: string): Direction | undefined {
  const letter = /\p{L}/u.exec(text)?.[0];
  return letter === undefined ? undefined : RIGHT_TO_LEFT.test(letter) ? 'rtl' : 'ltr';
}
