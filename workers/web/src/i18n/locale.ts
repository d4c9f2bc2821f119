//! The languages of the pages, and how each counts and writes numbers.
//!
//! A further language is a row here, and a folder beside `en` with the same catalogues, named in `sources`.
//! What it lacks does not compile, or fails in `catalogues.test.ts`.

/** The languages there are; the first is the default. `plurals`: the forms that a counted word has (Unicode CLDR). */
export const LOCALES = {
  en: { name: 'English', dir: 'ltr', plurals: ['one', 'other'] },
  uk: { name: 'Українська', dir: 'ltr', plurals: ['one', 'few', 'many', 'other'] },
} as const;

/** A language of the pages. */
export type Locale = keyof typeof LOCALES;

/** Their tags, the default first. */
export const TAGS = Object.keys(LOCALES) as Locale[];

/** A catalogue's words by language. */
export type Source<C> = Record<Locale, () => Promise<C>>;

/** The forms of a counted phrase in a language; `#` stands for the number. */
export type Forms<L extends Locale> = Record<(typeof LOCALES)[L]['plurals'][number], string>;

/** The best of the languages that are wanted, most wanted first; the default if none is spoken. */
export function best(wanted: readonly (string | null | undefined)[]): Locale {
  for (const tag of wanted) {
    const found = TAGS.find((one) => one === tag?.toLowerCase().split('-')[0]);
    if (found !== undefined) return found;
  }
  return TAGS[0] ?? 'en';
}

/** A language's way with numbers, counted phrases and moments. */
export interface Speech<L extends Locale> {
  /** A number as people write it, to 6 decimal places. */
  number(n: number): string;
  /** A share in hundredths, `45` as `45%`. */
  percent(hundredths: number): string;
  /** The right form for `n`, with the number in it. */
  count(n: number, forms: Forms<L>): string;
  /** A moment: day and time of day. */
  moment(at: string | number): string;
}

/** How a language does it. Formatters are dear to make, so each is made once, when it is first needed. */
export function speech<L extends Locale>(language: L): Speech<L> {
  const numbers = once(() => new Intl.NumberFormat(language, { maximumFractionDigits: 6 }));
  const shares = once(() => new Intl.NumberFormat(language, { style: 'percent' }));
  const rules = once(() => new Intl.PluralRules(language));
  const moments = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }));
  const number = (n: number) => numbers().format(n);
  return {
    number,
    percent: (hundredths) => shares().format(hundredths / 100),
    count: (n, forms) => {
      const all: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string } = forms as Forms<'en'>;
      return (all[rules().select(n)] ?? all.other).replace('#', number(n));
    },
    moment: (at) => moments().format(new Date(at)),
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
