/// <reference types="vitest/config" />
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { preload } from './preload.ts';
import { sizes } from './sizes.ts';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

/** What the first script of every page is made of; the words of every language use some of it. */
const FIRST = /\/src\/(i18n\/(locale|wanted|bidi|codes)|api\/(storage|http|seats)|live\/tickets|student\/early|parts\/entry)\.ts$/;

export default defineConfig({
  plugins: [svelte(), preload(), sizes({ index: 60, play: 60 })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The pages' CSP allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page('index'), play: page('play'), host: page('host'), wall: page('wall') },
      output: {
        codeSplitting: { groups: [{ name: 'first', test: FIRST }] },
        chunkFileNames: ({ facadeModuleId, name }) => {
          const words = /\/i18n\/([a-z]+)\/([a-z]+)\.ts$/.exec(facadeModuleId ?? '');
          return words === null ? `assets/${name}-[hash].js` : `assets/words-${words[1]}-${words[2]}-[hash].js`;
        },
      },
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
