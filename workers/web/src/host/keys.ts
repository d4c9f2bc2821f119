//! Keyboard shortcuts: single letters, but never while somebody types or holds a modifier.

/** The letter of a shortcut, or none. */
export function shortcut(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return undefined;
  const target = event.target;
  if (target instanceof HTMLElement && target.closest('input, textarea, select, dialog, [contenteditable]') !== null) return undefined;
  return event.key.length === 1 ? event.key.toLowerCase() : undefined;
}

/** Whether the key stands for the main button. */
export const primaryKey = (event: KeyboardEvent): boolean => shortcut(event) === 'n';
