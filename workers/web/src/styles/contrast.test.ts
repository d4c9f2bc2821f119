import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./base.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)').map((part) => part.split('\n}')[0] ?? '');
const colours = (block: string) => Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1]!, found[2]!]));
const themes = { light: colours(light), dark: { ...colours(light), ...colours(dark) } };

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = (hex: string) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
};
const contrast = (one: string, other: string) => {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter! + 0.05) / (darker! + 0.05);
};

const TEXT = ['ink paper', 'ink card', 'ink sunken', 'ink accent-ground', 'ink good-ground', 'ink bad-ground', 'quiet paper', 'quiet card', 'quiet sunken', 'quiet accent-ground', 'quiet good-ground', 'accent paper', 'accent card', 'accent-ink accent', 'good card', 'good good-ground', 'bad paper', 'bad card', 'warn-ink warn-ground', ...Array.from({ length: 8 }, (_, n) => `tone-ink tone-${n}`)];
/** Borders of fields and buttons, and the ring of the focus. */
const SHAPES = ['edge paper', 'edge card', 'accent paper', 'accent card', 'bad card'];

describe.each(Object.entries(themes))('in the %s', (_, colour) => {
  test.each(TEXT)('%s can be read (4.5 : 1)', (pair) => {
    const [ink, ground] = pair.split(' ').map((name) => colour[name]!);
    expect(contrast(ink!, ground!)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(SHAPES)('%s can be told apart (3 : 1)', (pair) => {
    const [line, ground] = pair.split(' ').map((name) => colour[name]!);
    expect(contrast(line!, ground!)).toBeGreaterThanOrEqual(3);
  });
});
