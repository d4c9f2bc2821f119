//! Where the words of `common` are fetched from: what every page says. Each file is fetched once.

import type { Common } from '../en/common';
import type { Source } from '../locale';

/** The words by language. */
export const common: Source<Common> = {
  en: async () => (await import('../en/common')).en,
  uk: async () => (await import('../uk/common')).uk,
};
