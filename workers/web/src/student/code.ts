//! Join codes as people type them.

const LENGTH = 6;

/** The bare code: capitals, without spaces, dashes or anything else. */
export function typedCode(typed: string): string {
  return typed.normalize('NFKC').toUpperCase().replace(/[^A-Z0-9]/g, '').slice(0, LENGTH);
}

/** The code in two groups, easier to read and compare. */
export function shownCode(code: string): string {
  return code.length > 3 ? `${code.slice(0, 3)} ${code.slice(3)}` : code;
}
