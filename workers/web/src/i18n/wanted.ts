//! The language that a browser asks for: the one chosen here before, else the best of its own.

import { keep, recall } from '../api/storage';
import { best, type Locale } from './locale';

const CHOSEN = 'lectern.language';

/** Which language to begin with. */
export const wanted = (): Locale => best([recall<string>(CHOSEN), ...navigator.languages]);

/** Keeps a choice for the next visit. */
export const remember = (language: Locale): void => keep(CHOSEN, language);
