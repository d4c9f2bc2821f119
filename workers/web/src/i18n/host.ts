//! The catalogue `host` in the language of the page.

import { en, type Host } from './en/host';

/** By language; loaded when it is needed. */
const others: Record<string, () => Promise<Host>> = {};

/** The strings. Read when a component is drawn; set before the first is. */
export let h: Host = en;

/** Speaks another language from now on. */
export async function load(language: string): Promise<void> {
  const other = others[language];
  if (other !== undefined) h = await other();
}
