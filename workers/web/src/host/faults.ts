//! What an import found, in the words of the page: by its code, at a place that people can find.

import type { Fault } from '../api/http';
import { h } from '../i18n/host';

/** The sentence for a code; for one that the catalogue does not have, that something is not valid. */
export function sentence(code: string): string {
  const { faults, warnings, other } = h.found;
  return lookup(faults, code) ?? lookup(warnings, code) ?? other;
}

/** Where: “Line 3, column 5”, “Question 2 · Option 1”; none for the whole file. */
export function place(fault: Fault): string | undefined {
  if (fault.line != null) return [h.found.line(fault.line), ...(fault.column == null ? [] : [h.found.column(fault.column)])].join(', ');
  const steps = (fault.pointer ?? '').split('/').filter(Boolean);
  const names = steps.map((step, n) => named(step, steps[n - 1])).filter((name) => name !== '');
  return names.length === 0 ? undefined : names.join(' · ');
}

/** One step of a JSON pointer. A list is named by its items, so its own step says nothing. */
function named(step: string, before: string | undefined): string {
  const e = h.editor;
  const lists: Record<string, (n: number) => string> = { questions: e.questionN, options: e.option, items: e.item, accepted: h.found.accepted };
  if (lookup(lists, step) !== undefined) return '';
  const item = before === undefined ? undefined : lookup(lists, before);
  if (item !== undefined && /^\d+$/.test(step)) return item(Number(step) + 1);
  const { title, language, text, image, alt, explanation, category, points, duration, penalty, unit, correct, kind, fold } = e;
  return lookup<string>({ title, language, text, image, alt, explanation, category, points, duration, penalty, unit, correct, kind, fold }, step) ?? step;
}

const lookup = <T>(among: Record<string, T>, name: string): T | undefined => (Object.hasOwn(among, name) ? among[name] : undefined);
