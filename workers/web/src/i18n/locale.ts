//! Which language a page speaks, and how it counts.
//!
//! A second language is a folder beside `en` with the same three catalogues, and one line in each of
//! `common.ts`, `play.ts` and `host.ts`. It is loaded before the page is drawn.

/** The languages there are; the first is the default. */
export const LOCALES = ['en'] as const;

const CHOSEN = 'lectern.language';

/** The language chosen here, or the best of the browser's. */
export function locale(): string {
  const wanted = [stored(), ...(globalThis.navigator?.languages ?? [])];
  for (const tag of wanted) {
    const found = LOCALES.find((one) => one === tag?.split('-')[0]);
    if (found !== undefined) return found;
  }
  return LOCALES[0];
}

/** Chooses a language for this browser. Pages are loaded again: their state lives outside them. */
export function choose(language: string): void {
  localStorage.setItem(CHOSEN, language);
  location.reload();
}

function stored(): string | null {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

/** The forms of a counted phrase; `#` stands for the number. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The right form for `n`. */
export function count(n: number, forms: Forms, language = locale()): string {
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return form.replace('#', number(n, language));
}

/** A number as people write it. */
export function number(n: number, language = locale()): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 6 }).format(n);
}

/** A moment as people write it. */
export function moment(at: string | number, language = locale()): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}
