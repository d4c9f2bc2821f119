//! The catalogue `play` in the language of the page.

import { en, type Play } from './en/play';

/** By language; loaded when it is needed. */
const others: Record<string, () => Promise<Play>> = {};

/** The strings. Read when a component is drawn; set before the first is. */
export let p: Play = en;

/** Speaks another language from now on. */
export async function load(language: string): Promise<void> {
  const other = others[language];
  if (other !== undefined) p = await other();
}
