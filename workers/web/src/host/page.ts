//! The host's page, drawn.

import { fetch } from '../i18n/host';
import { start } from '../parts/start';
import App from './App.svelte';

await start(App, fetch);
