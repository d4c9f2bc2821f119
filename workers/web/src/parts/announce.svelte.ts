//! What is told to screen readers without moving the focus.

/** The words of the moment; the live region shows them. */
export const spoken = $state({ words: '' });

/** For so long words can be found where they were said. After that they would only be in the way of who reads the page. */
const STAY = 5_000;

let turn = 0;
let leaving: ReturnType<typeof setTimeout> | undefined;

/** Says something when the reader is free. The same words twice are heard twice. */
export function say(words: string): void {
  spoken.words = distinct(words);
  clearTimeout(leaving);
  leaving = setTimeout(() => (spoken.words = ''), STAY);
}

/** A no-break space at the end makes repeated words a change. */
function distinct(words: string): string {
  turn += 1;
  return turn % 2 === 0 ? words : `${words}\u00a0`;
}
