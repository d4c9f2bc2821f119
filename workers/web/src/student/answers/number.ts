//! Numbers as people type them.

/** The number, with either decimal sign and digits of any script; none if it is not one. */
export function readNumber(typed: string): number | undefined {
  const plain = [...typed.normalize('NFKC')]
    .map(latinDigit)
    .join('')
    .replace(/[\s'’_]/gu, '')
    .replace('−', '-')
    .replace('٫', '.');
  const decimal = plain.includes('.') ? plain : plain.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(decimal)) return undefined;
  const value = Number(decimal);
  return Number.isFinite(value) ? value : undefined;
}

/** `٣` is `3`: every script has its ten digits in a row. */
function latinDigit(character: string): string {
  if (!/\p{Nd}/u.test(character) || /\d/.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  let zero = point;
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(point - zero);
}
