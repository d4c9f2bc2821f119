//! Draws a page, once it knows its language.

import { mount, type Component } from 'svelte';
import '../styles/base.css';
import { load as loadCommon } from '../i18n/common';
import { locale } from '../i18n/locale';

/** Draws `App` into the page after the catalogues are there. */
export async function start(App: Component, ...catalogues: ((language: string) => Promise<void>)[]): Promise<void> {
  const language = locale();
  document.documentElement.lang = language;
  await Promise.all([loadCommon, ...catalogues].map((load) => load(language)));
  const place = document.getElementById('app');
  if (place === null) return;
  place.replaceChildren();
  mount(App, { target: place });
}
