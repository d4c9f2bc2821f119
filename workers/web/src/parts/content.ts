//! What teachers wrote: its language and its direction, which are not those of the page around it.

import { getContext, setContext } from 'svelte';
import type { Ask } from '../generated/Ask';
import type { Rich } from '../generated/Rich';
import { directionOf, type Direction } from '../i18n/bidi';

const CONTEXT = Symbol('language of the content');

/** Tells the components below in which language questions are written, as a BCP 47 tag where that is known. */
export const offerLanguage = (language: () => string | undefined): (() => string | undefined) => setContext(CONTEXT, language);

/** The language told above. */
export const contentLanguage = (): (() => string | undefined) => getContext<(() => string | undefined) | undefined>(CONTEXT) ?? (() => undefined);

/**
 * The direction in which a question and all its options are laid out: that of its first letter. One direction
 * for the whole question, so that an option of digits, or a foreign name, does not stand against the others.
 */
export function layout(text: Rich, ask?: Ask): Direction | undefined {
  const options = ask === undefined ? [] : 'options' in ask ? ask.options.map((option) => option.text) : 'items' in ask ? ask.items.map((item) => item.text) : [];
  return directionOf([text, ...options].map(letters).join(' '));
}

/** The text without its formulas, whose letters are no language's. */
const letters = (rich: Rich): string => rich.map((segment) => ('text' in segment ? segment.text : '')).join(' ');
