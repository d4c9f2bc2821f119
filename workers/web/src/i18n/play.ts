//! The catalogue `play` in the language of the page.

import { catalogue } from './catalogue.svelte';
import { play } from './sources/play';

const { words, fetch } = catalogue(play);

export { words as p, fetch };
