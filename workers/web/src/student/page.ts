//! The student's pages, drawn.

import { fetch } from '../i18n/play';
import { start } from '../parts/start';
import App from './App.svelte';

await start(App, fetch);
