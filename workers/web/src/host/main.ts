//! The host's page.

import { host } from '../i18n/sources/host';
import { enter } from '../parts/entry';

void enter(host, () => import('./page'));
