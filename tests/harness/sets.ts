//! Question sets to play and to upload.
import { deflateSync } from 'node:zlib';
import { must, type Api } from './api';

/** A question in Lectern JSON. */
export type Question = Record<string, unknown> & { kind: string; text: string };

/** A part of an upload besides the set. */
export interface Part {
  name: string;
  bytes: Uint8Array;
  type?: string;
}

/** Lectern JSON of these questions. */
export function document(questions: Question[], title = 'A set'): string {
  return JSON.stringify({ lectern: 1, title, language: 'en', questions });
}

/** A question with two options, the first right. */
export function singleChoice(text: string, more: Record<string, unknown> = {}): Question {
  const options = [{ text: `${text}: right`, correct: true }, { text: `${text}: wrong` }, { text: `${text}: no` }];
  return { kind: 'single_choice', text, options, duration: 20, ...more };
}

/** One of every kind. `SECRET` marks what only a solution may say. */
export const EVERY_KIND: Question[] = [
  {
    kind: 'single_choice',
    text: 'Capital of Latvia?',
    category: 'Capitals',
    options: [{ text: 'Tallinn' }, { text: 'Riga', correct: true }, { text: 'Vilnius' }],
    explanation: 'SECRET Riga lies on the Daugava.',
  },
  {
    kind: 'multiple_choice',
    text: 'Which are primes?',
    category: 'Numbers',
    credit: 'partial',
    options: [{ text: '2', correct: true }, { text: '3', correct: true }, { text: '4' }, { text: '6' }],
    explanation: 'SECRET 4 and 6 are even.',
  },
  { kind: 'true_false', text: 'Water boils at 100 °C at sea level.', correct: true, explanation: 'SECRET at 1 atm.' },
  { kind: 'number', text: 'Seven times eight?', category: 'Numbers', correct: 56, tolerance: 0, explanation: 'SECRET 7 · 8.' },
  { kind: 'short_text', text: 'The largest planet?', accepted: ['Jupiter', 'SECRET-Jove'], explanation: 'SECRET gas.' },
  { kind: 'ordering', text: 'From small to large', items: ['ant', 'cat', 'cow'], explanation: 'SECRET by weight.' },
  { kind: 'poll', text: 'How was it?', options: [{ text: 'Good' }, { text: 'Bad' }] },
  { kind: 'slide', text: 'Thank you!' },
];

/** Uploads a file as a question set. */
export function upload(api: Api, name: string, content: string | Uint8Array, fields: Record<string, string> = {}, parts: Part[] = []) {
  return api.create('/v1/question-sets', { form: form(name, content, fields, parts) });
}

/** The multipart body of an upload. */
export function form(name: string, content: string | Uint8Array, fields: Record<string, string> = {}, parts: Part[] = []): FormData {
  const body = new FormData();
  body.append('file', new Blob([content as BlobPart]), name);
  for (const [field, value] of Object.entries(fields)) body.append(field, value);
  for (const part of parts) body.append(part.name, new Blob([part.bytes as BlobPart], { type: part.type ?? '' }), part.name);
  return body;
}

/** A stored set of these questions; its id. */
export async function aSet(api: Api, questions: Question[], title?: string): Promise<string> {
  return must(await upload(api, 'set.json', document(questions, title)), 201).id as string;
}

/** The bytes of a PNG of one colour. */
export function png(width = 8, height = 8, colour = 0x33): Uint8Array {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, colour)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
