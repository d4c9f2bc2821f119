//! The language that the page speaks.
//!
//! What is drawn from a catalogue follows it at once, so that choosing another loses nothing: no
//! half-written answer, no socket, no focus.

import { LOCALES, speech, type Locale, type Speech } from './locale';
import { remember, wanted } from './wanted';

/** Fetches a catalogue in a language; what it gives puts it to use. */
export type Fetch = (language: Locale) => Promise<() => void>;

let spoken: Locale = $state(wanted());
const speaks: Speech<Locale> = $derived(speech(spoken));
let catalogues: Fetch[] = [];

/** The language of the page. */
export const language = (): Locale => spoken;

/** A number as the page's language writes it. */
export const number = (n: number): string => speaks.number(n);

/** A share in hundredths. */
export const percent = (hundredths: number): string => speaks.percent(hundredths);

/** A moment as the page's language writes it. */
export const moment = (at: string | number): string => speaks.moment(at);

/** Fetches what the page says. Rejects where it cannot be fetched. */
export async function begin(...fetches: Fetch[]): Promise<void> {
  catalogues = fetches;
  await speak(spoken);
}

/** Speaks another language from now on, here and on the next visit; the old one stays where the new cannot be fetched. */
export async function choose(other: Locale): Promise<void> {
  if (await speak(other)) remember(other);
}

let turn = 0;

/** False where a later choice was made meanwhile: the last one counts, in whatever order they arrive. */
async function speak(other: Locale): Promise<boolean> {
  const mine = ++turn;
  const uses = await Promise.all(catalogues.map((fetch) => fetch(other)));
  if (mine !== turn) return false;
  for (const use of uses) use();
  spoken = other;
  document.documentElement.lang = other;
  document.documentElement.dir = LOCALES[other].dir;
  return true;
}
