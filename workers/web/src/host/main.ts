//! The host's page.

import { load } from '../i18n/host';
import { start } from '../parts/start';
import App from './App.svelte';

void start(App, load);
