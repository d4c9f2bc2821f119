//! Where the words of `play` are fetched from: what the student’s pages say. Each file is fetched once.

import type { Play } from '../en/play';
import type { Source } from '../locale';

/** The words by language. */
export const play: Source<Play> = {
  en: async () => (await import('../en/play')).en,
  uk: async () => (await import('../uk/play')).uk,
};
