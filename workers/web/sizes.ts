//! Prints how much script each page loads, compressed, and fails the build over a page's budget.

import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';
import { closure, later } from './preload.ts';

/** Where the words of a language stand. */
const WORDS = /\/i18n\/([a-z]+)\/[a-z]+\.ts$/;

/** `budgets`: kilobytes (1000 bytes) of compressed script by page, with the words of the heaviest language. */
export function sizes(budgets: Record<string, number>): Plugin {
  return {
    name: 'lectern-sizes',
    apply: 'build',
    writeBundle(_options, bundle) {
      const over: string[] = [];
      for (const file of Object.values(bundle)) {
        if (!file.fileName.endsWith('.html')) continue;
        const page = file.fileName.replace(/\.html$/, '');
        const named = closure(bundle, referred(file, 'js'));
        const script = total(bundle, named) + heaviest(bundle, named);
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

/** What the words of a page weigh beside these scripts, in the language in which they weigh most. */
function heaviest(bundle: Bundle, scripts: string[]): number {
  const words = new Map<string, string[]>();
  for (const name of later(bundle, scripts)) {
    const chunk = bundle[name];
    const language = chunk?.type === 'chunk' ? WORDS.exec(chunk.facadeModuleId ?? '')?.[1] : undefined;
    if (language !== undefined) words.set(language, [...(words.get(language) ?? []), name]);
  }
  const weights = [...words.values()].map((names) => total(bundle, closure(bundle, names).filter((name) => !scripts.includes(name))));
  if (weights.length === 0) throw new Error('a page without words');
  return Math.max(...weights);
}

const total = (bundle: Bundle, names: string[]): number => names.reduce((sum, name) => sum + compressed(bundle[name]), 0);

const text = (file: Bundle[string] | undefined): string =>
  file === undefined ? '' : file.type === 'chunk' ? file.code : String(file.source);

const compressed = (file: Bundle[string] | undefined): number => gzipSync(text(file), { level: 9 }).length;

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1);
