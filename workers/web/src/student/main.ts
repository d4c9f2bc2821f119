//! The student's pages: joining and playing.

import { play } from '../i18n/sources/play';
import { enter } from '../parts/entry';
import { begin } from './early';

begin();
void enter(play, () => import('./page'));
