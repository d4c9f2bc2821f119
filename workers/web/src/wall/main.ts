//! The wall: a run as a room sees it. It commands nothing and is never told a solution early.

import { host } from '../i18n/sources/host';
import { enter } from '../parts/entry';

document.documentElement.classList.add('far');
void enter(host, () => import('./page'));
