//! Where the words of `host` are fetched from: what the pages of hosts and walls say. Each file is fetched once.

import type { Host } from '../en/host';
import type { Source } from '../locale';

/** The words by language. */
export const host: Source<Host> = {
  en: async () => (await import('../en/host')).en,
  uk: async () => (await import('../uk/host')).uk,
};
