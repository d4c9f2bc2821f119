//! The catalogue `common` in the language of the page.

import { en, type Common } from './en/common';

/** By language; loaded when it is needed. */
const others: Record<string, () => Promise<Common>> = {};

/** The strings. Read when a component is drawn; set before the first is. */
export let t: Common = en;

/** Speaks another language from now on. */
export async function load(language: string): Promise<void> {
  const other = others[language];
  if (other !== undefined) t = await other();
}
