//! What is told to screen readers without moving the focus.

/** The words of the moment; the live regions show them. */
export const spoken = $state({ polite: '', urgent: '' });

let turn = 0;

/** Says something when the reader is free. The same words twice are heard twice. */
export function say(words: string): void {
  spoken.polite = distinct(words);
}

/** Says something at once. */
export function cry(words: string): void {
  spoken.urgent = distinct(words);
}

/** A no-break space at the end makes repeated words a change. */
function distinct(words: string): string {
  turn += 1;
  return turn % 2 === 0 ? words : `${words}\u00a0`;
}
