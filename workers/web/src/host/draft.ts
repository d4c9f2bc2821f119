//! A question set while it is written, and its way into Lectern JSON.

import type { Choosable } from '../generated/Choosable';
import type { Image } from '../generated/Image';
import type { Kind } from '../generated/Kind';
import type { Question } from '../generated/Question';
import type { QuestionSet } from '../generated/QuestionSet';
import { source } from '../parts/rich';

/** The name of a kind. */
export type KindName = Kind['type'];

/** The kinds in the order in which they are offered. */
export const KINDS: KindName[] = ['single_choice', 'multiple_choice', 'true_false', 'number', 'short_text', 'ordering', 'poll', 'slide'];

/** A picture: stored with the set already, or a file that will be sent along. */
export interface DraftImage {
  id?: string;
  file?: File;
  alt: string;
}

/** An option, or an item of an ordering. */
export interface DraftOption {
  key: number;
  text: string;
  correct: boolean;
  image?: DraftImage | undefined;
}

/** A question with room for what any kind needs, so that changing the kind loses nothing. */
export interface DraftQuestion {
  key: number;
  id?: string | undefined;
  kind: KindName;
  text: string;
  image?: DraftImage | undefined;
  explanation: string;
  category: string;
  points: number | null;
  duration: number | null;
  penalty: number | null;
  options: DraftOption[];
  partial: boolean;
  multiple: boolean;
  truth: boolean;
  number: number | null;
  judging: 'tolerance' | 'closeness';
  margin: number | null;
  unit: string;
  accepted: string;
  fold: { case: boolean; accents: boolean; spaces: boolean };
}

/** A set. */
export interface Draft {
  title: string;
  language: string;
  questions: DraftQuestion[];
}

let keys = 0;
const key = (): number => (keys += 1);

/** An empty option. */
export const newOption = (change: Partial<DraftOption> = {}): DraftOption => ({ key: key(), text: '', correct: false, ...change });

/** An empty question. */
export function newQuestion(kind: KindName, change: Partial<DraftQuestion> = {}): DraftQuestion {
  return {
    key: key(),
    kind,
    text: '',
    explanation: '',
    category: '',
    points: 1_000,
    duration: 20,
    penalty: 0,
    options: [newOption({ correct: true }), newOption()],
    partial: false,
    multiple: false,
    truth: true,
    number: null,
    judging: 'tolerance',
    margin: 0,
    unit: '',
    accepted: '',
    fold: { case: true, accents: true, spaces: true },
    ...change,
  };
}

/** A stored set, opened for writing. */
export function draftOf(set: QuestionSet): Draft {
  return { title: set.title, language: set.language ?? '', questions: set.questions.map(questionOf) };
}

/** Whether answers to a kind can be right. */
export const scores = (kind: KindName): boolean => kind !== 'poll' && kind !== 'slide';

function questionOf(question: Question): DraftQuestion {
  return newQuestion(question.kind.type, {
    id: question.id,
    text: source(question.text),
    image: imageOf(question.image),
    explanation: question.explanation === undefined ? '' : source(question.explanation),
    category: question.category ?? '',
    points: scores(question.kind.type) ? question.points : 1_000,
    duration: question.duration,
    penalty: question.penalty,
    ...kindOf(question.kind),
  });
}

function kindOf(kind: Kind): Partial<DraftQuestion> {
  switch (kind.type) {
    case 'single_choice':
      return { options: optionsOf(kind.options, [kind.correct]) };
    case 'multiple_choice':
      return { options: optionsOf(kind.options, kind.correct), partial: kind.credit === 'partial' };
    case 'true_false':
      return { truth: kind.correct };
    case 'number':
      return {
        number: kind.correct,
        judging: kind.judging.type,
        margin: kind.judging.type === 'tolerance' ? kind.judging.tolerance : kind.judging.range,
        unit: kind.unit ?? '',
      };
    case 'short_text':
      return { accepted: kind.accepted.join('\n'), fold: kind.fold };
    case 'ordering':
      return { options: kind.items.map((item) => newOption({ text: source(item) })), partial: kind.credit === 'partial' };
    case 'poll':
      return { options: optionsOf(kind.options, []), multiple: kind.multiple };
    case 'slide':
      return {};
  }
}

const imageOf = (image: Image | undefined): DraftImage | undefined => (image === undefined ? undefined : { id: image.id, alt: image.alt });

const optionsOf = (options: Choosable[], correct: number[]): DraftOption[] =>
  options.map((option, n) => newOption({ text: source(option.text), correct: correct.includes(n), image: imageOf(option.image) }));

/** The same set with its stored pictures as files, to be stored where they are not any more. */
export async function withFiles(draft: Draft, bytes: (id: string) => Promise<Blob>): Promise<Draft> {
  const image = async (of: DraftImage | undefined): Promise<DraftImage | undefined> => {
    if (of?.id === undefined || of.file !== undefined) return of;
    const blob = await bytes(of.id);
    return { file: new File([blob], 'picture', { type: blob.type }), alt: of.alt };
  };
  const options = (of: DraftOption[]) => Promise.all(of.map(async (option) => ({ ...option, image: await image(option.image) })));
  const question = async (of: DraftQuestion) => ({ ...of, image: await image(of.image), options: await options(of.options) });
  return { ...draft, questions: await Promise.all(draft.questions.map(question)) };
}

/** The multipart body of a set: Lectern JSON, and the new pictures under the names it gives them. */
export function formOf(draft: Draft): FormData {
  const { document, files } = lecternJson(draft);
  const form = new FormData();
  form.append('file', new File([JSON.stringify(document)], 'set.json', { type: 'application/json' }));
  for (const [name, file] of files) form.append('image', file, name);
  return form;
}

/** The set as a Lectern JSON document, with the files that it names. */
export function lecternJson(draft: Draft): { document: Record<string, unknown>; files: Map<string, File> } {
  const files = new Map<string, File>();
  const image = (of: DraftImage | undefined): object | undefined => {
    if (of === undefined) return undefined;
    if (of.file === undefined) return { id: of.id, alt: of.alt };
    const name = `${files.size + 1}-${of.file.name}`;
    files.set(name, of.file);
    return { file: name, alt: of.alt };
  };
  const question = (of: DraftQuestion): object => ({
    ...(of.id === undefined ? {} : { id: of.id }),
    kind: of.kind,
    text: of.text,
    ...given('image', image(of.image)),
    ...(of.explanation.trim() === '' ? {} : { explanation: of.explanation }),
    ...(of.category.trim() === '' ? {} : { category: of.category.trim() }),
    ...(scores(of.kind) ? { ...given('points', of.points ?? undefined), ...given('penalty', of.penalty ?? undefined) } : {}),
    ...given('duration', of.duration ?? undefined),
    ...solution(of, image),
  });
  const document = {
    lectern: 1,
    title: draft.title.trim(),
    ...(draft.language.trim() === '' ? {} : { language: draft.language.trim() }),
    questions: draft.questions.map(question),
  };
  return { document, files };
}

function solution(of: DraftQuestion, image: (of: DraftImage | undefined) => object | undefined): object {
  const options = (marked: boolean) =>
    of.options.map((option) => ({ text: option.text, ...given('image', image(option.image)), ...(marked && option.correct ? { correct: true } : {}) }));
  const credit = of.partial ? { credit: 'partial' } : {};
  switch (of.kind) {
    case 'single_choice':
      return { options: options(true) };
    case 'multiple_choice':
      return { options: options(true), ...credit };
    case 'true_false':
      return { correct: of.truth };
    case 'number':
      return {
        ...given('correct', of.number ?? undefined),
        [of.judging === 'tolerance' ? 'tolerance' : 'range']: of.margin ?? 0,
        ...(of.unit.trim() === '' ? {} : { unit: of.unit.trim() }),
      };
    case 'short_text':
      return { accepted: of.accepted.split('\n').map((line) => line.trim()).filter((line) => line !== ''), fold: { ...of.fold } };
    case 'ordering':
      return { items: of.options.map((option) => option.text), ...credit };
    case 'poll':
      return { options: options(false), ...(of.multiple ? { multiple: true } : {}) };
    case 'slide':
      return {};
  }
}

const given = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value });
