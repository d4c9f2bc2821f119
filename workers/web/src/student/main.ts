//! The student's pages: joining and playing.

import { load } from '../i18n/play';
import { start } from '../parts/start';
import App from './App.svelte';

void start(App, load);
