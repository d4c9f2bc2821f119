//! Where the focus goes when the page changes under a person.

import type { Attachment } from 'svelte/attachments';

/** Moves the focus to a heading when it appears; with it a screen reader reads on from there. */
export const arrive: Attachment<HTMLElement> = (heading) => {
  heading.tabIndex = -1;
  // Not while somebody types or has a dialog open.
  const active = document.activeElement;
  if (active instanceof HTMLElement && active.closest('dialog, [data-keep-focus]') !== null) return;
  heading.focus({ preventScroll: true });
};
