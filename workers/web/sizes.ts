//! Prints how much script each page loads, compressed, and fails the build over a page's budget.

import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** `budgets`: kilobytes (1000 bytes) of compressed script by page. */
export function sizes(budgets: Record<string, number>): Plugin {
  return {
    name: 'lectern-sizes',
    apply: 'build',
    writeBundle(_options, bundle) {
      const over: string[] = [];
      for (const file of Object.values(bundle)) {
        if (!file.fileName.endsWith('.html')) continue;
        const page = file.fileName.replace(/\.html$/, '');
        const script = total(bundle, loaded(bundle, referred(file, 'js')));
        const styles = total(bundle, referred(file, 'css'));
        const budget = budgets[page];
        const limit = budget === undefined ? '' : ` of ${budget}`;
        console.log(`page ${page}: script ${kilobytes(script)}${limit} kB gz, styles ${kilobytes(styles)} kB gz`);
        if (budget !== undefined && script > budget * 1000) over.push(page);
      }
      if (over.length > 0) this.error(`over the script budget: ${over.join(', ')}`);
    },
  };
}

type Bundle = Rolldown.OutputBundle;

/** The files of a kind that a page names. */
function referred(page: Bundle[string], kind: 'js' | 'css'): string[] {
  return [...text(page).matchAll(/"\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? '').filter((name) => name.endsWith(`.${kind}`));
}

/** These scripts and all they import; what is imported later (second languages) is left out. */
function loaded(bundle: Bundle, names: string[], seen = new Set<string>()): string[] {
  for (const name of names) {
    const chunk = bundle[name];
    if (seen.has(name) || chunk?.type !== 'chunk') continue;
    seen.add(name);
    loaded(bundle, chunk.imports, seen);
  }
  return [...seen];
}

const total = (bundle: Bundle, names: string[]): number => names.reduce((sum, name) => sum + compressed(bundle[name]), 0);

const text = (file: Rolldown.OutputBundle[string] | undefined): string =>
  file === undefined ? '' : file.type === 'chunk' ? file.code : String(file.source);

const compressed = (file: Rolldown.OutputBundle[string] | undefined): number => gzipSync(text(file), { level: 9 }).length;

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
