//! The protocol reference is enough to write a client from: one in Python, which knows nothing else, plays.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { client, must, type Api } from '../harness/api';
import { Player } from '../harness/player';
import { aRun, type Run } from '../harness/run';
import { EVERY_KIND } from '../harness/sets';
import { origin } from '../harness/server';
import { eventually } from '../harness/time';

const PROGRAM = join(import.meta.dirname, 'player.py');

interface Told {
  seat: string;
  name: string;
  answers: { index: number; choice: unknown; used: number }[];
  judged: { index: number; outcome: string; points: number; score: number }[];
  resumed: boolean;
  end: string;
}

/** Starts the client; its book once it is through. */
async function plays(run: Run, name: string): Promise<Told> {
  const python = process.env['LECTERN_PYTHON'] ?? 'python3';
  const { stdout } = await promisify(execFile)(python, [PROGRAM, origin(), run.code, name], { timeout: 120_000 });
  return JSON.parse(stdout) as Told;
}

/** The report says of this seat what the client wrote down. */
async function compare(api: Api, run: Run, told: Told): Promise<void> {
  const results = await eventually('the results', async () => {
    const answer = await api.get(`/v1/speedruns/${run.id}/results`);
    return answer.status === 200 && must(answer, 200);
  }, 60_000);
  const mine = results.answers.filter((one: any) => one.seat === told.seat && one.outcome !== 'timed_out');
  // An ordering is answered in the order shown, and reported in the author’s.
  const plain = (choice: any) => (choice.type === 'order' ? 'order' : choice);
  const both = [mine, told.answers].map((all) => all.map((one: any) => [one.index, plain(one.choice), one.used_ms ?? one.used]).sort((a: any, b: any) => a[0] - b[0]));
  expect(both[1]).toEqual(both[0]);
  const outcome = new Map(results.answers.filter((one: any) => one.seat === told.seat).map((one: any) => [one.index, [one.outcome, one.points]]));
  for (const one of told.judged) expect([one.outcome, one.points], `question ${one.index}`).toEqual(outcome.get(one.index));
  const participant = results.participants.find((one: any) => one.seat === told.seat);
  expect(told.judged.at(-1)?.score).toBe(participant.score);
}

const ANSWERABLE = EVERY_KIND.filter((question) => question.kind !== 'slide').length;

describe('a client written from the protocol reference alone', () => {
  it('is a short one, in the standard library', () => {
    const lines = readFileSync(PROGRAM, 'utf8').split('\n');
    expect(lines.length).toBeLessThan(200);
  });

  it('plays a host-paced run of every kind, is cut off, resumes, and its book is the report', { timeout: 150_000 }, async () => {
    const api = await client('alder');
    const run = await aRun(api, EVERY_KIND);
    const host = await Player.screen(api, run);
    const book = plays(run, 'Monty');
    await host.told('joined', (message) => message.name === 'Monty', 60_000);
    await host.tell('start');
    for (const [index, { kind }] of EVERY_KIND.entries()) {
      await host.opened(index);
      // It is the only one, so that its answer closes the question.
      if (kind !== 'slide') await host.told('revealed', (message) => message.index === index, 40_000);
      if (index === 2) {
        await host.tell('pause');
        await host.told('paused');
        await host.tell('resume');
        await host.told('resumed');
      }
      await host.tell('next');
    }
    const told = await book;
    expect(told).toMatchObject({ name: 'Monty', resumed: true, end: 'completed' });
    expect(told.answers).toHaveLength(ANSWERABLE);
    expect(told.judged).toHaveLength(ANSWERABLE);
    await compare(api, run, told);
    host.close();
  });

  it('plays a run at its own pace', { timeout: 150_000 }, async () => {
    const api = await client('alder');
    const run = await aRun(api, EVERY_KIND, { pace: 'self' });
    const host = await Player.screen(api, run);
    const book = plays(run, 'Monty');
    await host.told('joined', (message) => message.name === 'Monty', 60_000);
    await host.tell('start');
    const told = await book;
    expect(told).toMatchObject({ resumed: true, end: 'completed' });
    expect(told.answers).toHaveLength(ANSWERABLE);
    await compare(api, run, told);
    host.close();
  });
});
