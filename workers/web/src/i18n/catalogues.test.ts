import { describe, expect, test } from 'vitest';
import { TAGS } from './locale';
import { common } from './sources/common';
import { host } from './sources/host';
import { play } from './sources/play';

type Leaf = string | ((...given: unknown[]) => unknown);

/** Every word of a catalogue by its path, `join.title`. */
function leaves(of: object, path: string[] = []): [string, Leaf][] {
  return Object.entries(of).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? leaves(value, [...path, name]) : [[[...path, name].join('.'), value as Leaf] as [string, Leaf]],
  );
}

/** What is said when numbers are put in that can be recognised in the words; as text, where text is wanted. */
function said(leaf: Leaf, as: (n: number) => unknown): string {
  if (typeof leaf === 'string') return leaf;
  return String(leaf(...GIVEN.slice(0, leaf.length).map(as)));
}

const GIVEN = [7, 13, 29];
const shown = (words: string) => GIVEN.filter((n) => words.replaceAll(/\D+/g, ' ').split(' ').includes(String(n)));
const spoken = (leaf: Leaf): string => {
  try {
    return said(leaf, (n) => n);
  } catch {
    return said(leaf, String);
  }
};

/** Names, and what is written alike in every language. */
const ALIKE = /^(app|knows|live\.keys\.\d\.0)$/;

const catalogues = { common, play, host };

describe.each(Object.entries(catalogues))('the catalogue %s', (_, source) => {
  test.each(TAGS)('has in %s everything that English has, and nothing else', async (tag) => {
    const [english, other] = [leaves(await source.en()), leaves(await source[tag]())];
    expect(other.map(([path]) => path).sort()).toEqual(english.map(([path]) => path).sort());
  });

  test.each(TAGS)('shows in %s whatever English shows of what is put in', async (tag) => {
    const other = new Map(leaves(await source[tag]()));
    for (const [path, leaf] of leaves(await source.en())) {
      const translated = other.get(path)!;
      expect(typeof translated, path).toBe(typeof leaf);
      expect(shown(spoken(translated)), path).toEqual(shown(spoken(leaf)));
      expect(spoken(translated), path).not.toMatch(/undefined|NaN|#/);
      expect(spoken(translated).trim(), path).not.toBe('');
    }
  });

  test('is Ukrainian throughout in Ukrainian', async () => {
    for (const [path, leaf] of leaves(await source.uk())) {
      const words = spoken(leaf);
      if (/\p{L}/u.test(words) && !ALIKE.test(path)) expect(words, path).toMatch(/[а-щьюяєіїґ]/iu);
    }
  });
});
