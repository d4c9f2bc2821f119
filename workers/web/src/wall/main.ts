//! The wall: a run as a room sees it. It commands nothing and is never told a solution early.

import { load } from '../i18n/host';
import { start } from '../parts/start';
import App from './App.svelte';

document.documentElement.classList.add('far');
void start(App, load);
