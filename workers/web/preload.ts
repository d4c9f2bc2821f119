//! Names in each page what its first script will fetch, whatever the language: the page's own code and styles.

import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

/** Adds `modulepreload` and `stylesheet` links for the chunk `page` that a page's script imports. */
export function preload(): Plugin {
  return {
    name: 'lectern-preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, chunk }) {
        if (bundle === undefined || chunk === undefined) return;
        const known = closure(bundle, [chunk.fileName]);
        const pages = later(bundle, known).filter((name) => bundle[name]?.name === 'page');
        if (pages.length !== 1) throw new Error(`${chunk.fileName} draws ${pages.length} pages instead of one`);
        const scripts = closure(bundle, pages).filter((name) => !known.includes(name));
        const styles = scripts.flatMap((name) => (bundle[name]?.type === 'chunk' ? [...(bundle[name].viteMetadata?.importedCss ?? [])] : []));
        return [...styles.map(stylesheet), ...scripts.map(module)];
      },
    },
  };
}

/** Chunks and all that they import at once, what is needed first coming first. */
export function closure(bundle: Rolldown.OutputBundle, names: string[], seen = new Set<string>()): string[] {
  for (const name of names) {
    const chunk = bundle[name];
    if (seen.has(name) || chunk?.type !== 'chunk') continue;
    closure(bundle, chunk.imports, seen);
    seen.add(name);
  }
  return [...seen];
}

/** What these chunks import while they run. */
export const later = (bundle: Rolldown.OutputBundle, names: string[]): string[] =>
  names.flatMap((name) => (bundle[name]?.type === 'chunk' ? bundle[name].dynamicImports : []));

const module = (name: string): HtmlTagDescriptor => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` }, injectTo: 'head' });

const stylesheet = (name: string): HtmlTagDescriptor => ({ tag: 'link', attrs: { rel: 'stylesheet', crossorigin: true, href: `/${name}` }, injectTo: 'head' });
