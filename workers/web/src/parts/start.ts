//! Draws a page, once it knows its language.

import { mount, tick, type Component } from 'svelte';
import '../styles/base.css';
import { fetch as common } from '../i18n/common';
import { begin, type Fetch } from '../i18n/language.svelte';
import { loaded } from './focus';

/** Draws `App` into the page after its words are there. */
export async function start(App: Component, ...catalogues: Fetch[]): Promise<void> {
  await begin(common, ...catalogues);
  const place = document.getElementById('app');
  if (place === null) return;
  place.replaceChildren();
  mount(App, { target: place });
  await tick();
  loaded();
}
