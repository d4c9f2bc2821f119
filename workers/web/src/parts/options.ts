//! Options of a question, whatever its kind calls them.

import type { Ask } from '../generated/Ask';
import type { Choice } from '../generated/Choice';
import type { Image } from '../generated/Image';
import type { Rich } from '../generated/Rich';
import { t } from '../i18n/common';

/** Something that can be chosen. */
export interface Option {
  /** As distributions name it. */
  key: string;
  index: number;
  text?: Rich;
  label?: string;
  image?: Image | undefined;
}

/** The options in the order shown; none for kinds that have none. */
export function optionsOf(ask: Ask): Option[] {
  switch (ask.type) {
    case 'single_choice':
    case 'multiple_choice':
    case 'poll':
      return ask.options.map((option) => ({ key: String(option.index), index: option.index, text: option.text, image: option.image }));
    case 'true_false':
      return [
        { key: '1', index: 1, label: t.question.true },
        { key: '0', index: 0, label: t.question.false },
      ];
    default:
      return [];
  }
}

/** Whether a choice names an option. */
export function names(choice: Choice, option: Option): boolean {
  switch (choice.type) {
    case 'option':
      return choice.value === option.index;
    case 'options':
      return choice.value.includes(option.index);
    case 'bool':
      return (option.index === 1) === choice.value;
    default:
      return false;
  }
}
