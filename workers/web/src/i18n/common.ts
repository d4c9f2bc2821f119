//! The catalogue `common` in the language of the page.

import { catalogue } from './catalogue.svelte';
import { common } from './sources/common';

const { words, fetch } = catalogue(common);

export { words as t, fetch };
