//! The catalogue `host` in the language of the page.

import { catalogue } from './catalogue.svelte';
import { host } from './sources/host';

const { words, fetch } = catalogue(host);

export { words as h, fetch };
