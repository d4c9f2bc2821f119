//! The student's pages: joining and playing.

import { play } from '../i18n/sources/play';
import { enter } from '../parts/entry';

void enter(play, () => import('./page'));
