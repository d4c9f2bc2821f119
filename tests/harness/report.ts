//! The report, compared with the script's own book in each of its forms.
import { expect } from 'vitest';
import { must, type Api } from './api';
import type { Book } from './book';
import { sql } from './database';
import type { Run, SeatGrant } from './run';

interface AnswerRow {
  seat_id: string;
  position: number;
  choice: string | null;
  outcome: string;
  points: number;
  used_ms: number | null;
}

/** Rows of CSV, with its quoting undone. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n|\n|$)/gy;
  let row: string[] = [];
  for (;;) {
    const found = cell.exec(text);
    if (found === null) return rows;
    const [, value = '', end] = found;
    row.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== ',') {
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
      if (cell.lastIndex >= text.length) return rows;
    }
  }
}

/** Nothing that was acknowledged is lost or doubled, and nothing is there that was not. */
export async function compareWithBook(api: Api, run: Run, results: any, book: Book, seats: SeatGrant[]): Promise<void> {
  const stored = await sql<AnswerRow>(
    `SELECT seat_id, position, choice, outcome, points, used_ms FROM speedrun_answers WHERE speedrun_id = '${run.id}' ORDER BY seat_id, position`,
  );
  const known = book.all();
  const given = stored.filter((row) => row.outcome !== 'timed_out');
  expect(given.map((row) => [row.seat_id, row.position, row.choice === null ? null : JSON.parse(row.choice), row.used_ms])).toEqual(
    [...known].sort((a, b) => (a.seat === b.seat ? a.index - b.index : a.seat < b.seat ? -1 : 1)).map((entry) => [entry.seat, entry.index, entry.choice, entry.used]),
  );

  // The JSON report says the same.
  expect(results.participants.map((one: any) => one.seat).sort()).toEqual(seats.map((one) => one.seat).sort());
  const told = [...results.answers].sort((a: any, b: any) => (a.seat === b.seat ? a.index - b.index : a.seat < b.seat ? -1 : 1));
  expect(told.map((one: any) => [one.seat, one.index, one.choice, one.outcome, one.points, one.used_ms])).toEqual(
    stored.map((row) => [row.seat_id, row.position, row.choice === null ? null : JSON.parse(row.choice), row.outcome, row.points, row.used_ms]),
  );
  for (const participant of results.participants) {
    const mine = known.filter((entry) => entry.seat === participant.seat);
    expect(participant.answered, participant.name).toBe(mine.length);
    const points = stored.filter((row) => row.seat_id === participant.seat).map((row) => row.points);
    expect(participant.score, participant.name).toBe(points.reduce((sum, value) => Math.max(0, sum + value), 0));
  }
  for (const question of results.questions) {
    const mine = known.filter((entry) => entry.index === question.index);
    const of = (outcome: string) => stored.filter((row) => row.position === question.index && row.outcome === outcome).length;
    expect(question.answered, `answers to ${question.index}`).toBe(mine.length);
    expect([question.right, question.wrong, question.timed_out], `question ${question.index}`).toEqual([of('right'), of('wrong'), of('timed_out')]);
    const mean = mine.length === 0 ? null : Math.floor(mine.reduce((sum, entry) => sum + entry.used, 0) / mine.length);
    expect(question.mean_ms ?? null).toBe(mean);
  }

  // And so does the CSV: one line an answer.
  const csv = await api.get(`/v1/speedruns/${run.id}/results?format=csv`);
  must(csv, 200);
  expect(csv.headers.get('content-type')).toContain('text/csv');
  const [head, ...rows] = csvRows(csv.text.replace(/^\ufeff/, ''));
  const column = (name: string) => head!.indexOf(name);
  const name = (seat: string) => results.participants.find((one: any) => one.seat === seat).name as string;
  const line = (who: string, question: number, outcome: string, points: number) => `${who} ${question} ${outcome} ${points}`;
  expect(rows.map((row) => line(row[column('name')]!, Number(row[column('question')]), row[column('outcome')]!, Number(row[column('points')]))).sort()).toEqual(
    stored.map((row) => line(name(row.seat_id), row.position + 1, row.outcome, row.points)).sort(),
  );
}
