//! The first script of a page. It is small, so that the words in the page's language are asked for as soon
//! as the page's own code, whose address the page already names: on a slow network they come for nothing.

import type { Locale, Source } from '../i18n/locale';
import { common } from '../i18n/sources/common';
import { wanted } from '../i18n/wanted';

/** Fetches the words and the page itself, which then draws itself. */
export async function enter(words: Source<unknown>, page: () => Promise<unknown>): Promise<void> {
  const language: Locale = wanted();
  try {
    await Promise.all([common[language](), words[language](), page()]);
  } catch (error) {
    document.getElementById('app')?.replaceChildren(...failed());
    throw error;
  }
}

/** What there is to say when there are no words: all languages say it. */
function failed(): HTMLElement[] {
  const says = (lang: string, textContent: string) => Object.assign(document.createElement('p'), { lang, textContent });
  const again = Object.assign(document.createElement('button'), { textContent: 'Try again · Спробувати ще раз', onclick: () => location.reload() });
  return [says('en', 'The page could not be loaded.'), says('uk', 'Не вдалося завантажити сторінку.'), again];
}
