//! Where the focus goes when the page changes under a person.

import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';

/** Moves the focus to a heading when it appears; with it a screen reader reads on from there. */
export const arrive: Attachment<HTMLElement> = (heading) => {
  // Not while a dialog is open.
  if (document.activeElement?.closest('dialog') != null) return;
  focusOn(heading);
};

/** The same for a page's first heading, but not on the page that was loaded: there a reader begins at the top. */
export const turn: Attachment<HTMLElement> = (heading) => {
  if (turned) arrive(heading);
};

let turned = false;

/** From now on pages are turned, not loaded. */
export function loaded(): void {
  turned = true;
}

/** After a change, gives the focus to `place` if what had it is gone. */
export async function settle(place: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const found = place();
  if (found != null) focusOn(found);
}

/** The main heading of the page. */
export const heading = (): HTMLElement | null => document.querySelector('main h1');

function focusOn(element: HTMLElement): void {
  // A heading takes the focus only this way, and never by Tab.
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
