//! Words by language, exchanged while they are shown.

import type { Fetch } from './language.svelte';
import type { Source } from './locale';

/** A catalogue: its words in the page's language, to be read once `fetch` was put to use. */
export function catalogue<C extends object>(source: Source<C>): { words: C; fetch: Fetch } {
  let now = $state.raw<C>();
  return {
    // Read where it is shown, so that another language shows at once.
    words: new Proxy({} as C, { get: (_, name) => now?.[name as keyof C] }),
    fetch: async (language) => {
      const fetched = await source[language]();
      return () => (now = fetched);
    },
  };
}
