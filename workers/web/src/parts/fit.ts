//! Formulas cannot be broken into lines: a wide one is made smaller, and what is still too wide is scrolled.

import type { Attachment } from 'svelte/attachments';

/** Smaller than this a formula is not read any more. */
const LEAST = 0.6;

/** Keeps the content of `place` as wide as there is room; where it must be scrolled, the keyboard can. */
export const fit: Attachment<HTMLElement> = (place) => {
  const measure = () => {
    place.style.removeProperty('--fit');
    const { clientWidth, scrollWidth } = place;
    if (scrollWidth > clientWidth && clientWidth > 0) place.style.setProperty('--fit', String(Math.max(LEAST, clientWidth / scrollWidth)));
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute('tabindex');
  };
  const block = place.parentElement?.parentElement;
  if (block == null) return;
  let width = -1;
  const room = new ResizeObserver(() => {
    if (block.clientWidth === width) return;
    width = block.clientWidth;
    requestAnimationFrame(measure); // outside of the observer, which must not change what it observes
  });
  room.observe(block);
  return () => room.disconnect();
};
