//! The benchmarks still run and say what they promise. What they measure here means nothing.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT, xtask } from '../harness/server';

const run = promisify(execFile);

interface Told {
  value: number | null;
  unit: string;
  control: number | null;
  ratio: number | null;
  target: string | null;
  met: boolean | null;
}

/** What a benchmark prints for machines. */
async function figures(subject: string[], further: string[]): Promise<Record<string, Told>> {
  const [program, first] = xtask();
  const args = [...first, ...subject, '--json', '--unoptimised', '--', ...further];
  const { stdout } = await run(program, args, { cwd: ROOT, maxBuffer: 16 << 20 });
  return JSON.parse(stdout) as Record<string, Told>;
}

test('a speed-run is measured beside the control, and nothing is lost', async () => {
  const quick = ['--settle', '0', '--warm', '0', '--bursts', '1'];
  const told = await figures(['bench', 'speedrun', '--participants', '20', '--rounds', '1'], quick);
  for (const key of ['joins_per_second', 'fanout_p99', 'burst_answers_per_second', 'reconnect_all']) {
    expect(told[key]).toMatchObject({ value: expect.any(Number), control: expect.any(Number), ratio: expect.any(Number), met: expect.any(Boolean) });
  }
  expect(told['lost']).toEqual({ value: 0, unit: '', control: 0, ratio: null, target: '<= 0', met: true });
  expect(told['duplicated']).toMatchObject({ value: 0, met: true });
  expect(told['memory_peak']?.target).toBe('<= control + 60 MB');
}, 120_000);

test('a speed-run at everybody’s own pace can be measured, too', async () => {
  const quick = ['--settle', '0', '--warm', '0', '--bursts', '1', '--only', 'lectern'];
  const told = await figures(['bench', 'speedrun', '--participants', '20', '--rounds', '1', '--pace', 'self'], quick);
  expect(told['burst_answers_per_second']).toMatchObject({ value: expect.any(Number), control: null, ratio: null, met: null });
  expect([told['lost']?.value, told['duplicated']?.value]).toEqual([0, 0]);
}, 120_000);

test('the front door is measured beside the control', async () => {
  const told = await figures(['bench', 'api', '--rounds', '1'], ['--seconds', '0.3', '--warm', '0', '--connections', '2']);
  const measured = Object.entries(told).filter(([, figure]) => figure.target !== null);
  expect(measured.map(([key]) => key).sort()).toEqual(['authorised_read', 'list_of_50', 'token_check', 'upload_of_1_mb']);
  for (const [key, { value, control }] of measured) expect([key, Number(value) > 0, Number(control) > 0]).toEqual([key, true, true]);
}, 120_000);

test('what a run costs is counted, and adds up', async () => {
  const quick = ['--joining', '0.5', '--answering', '0.5', '--between', '0.1', '--lost', '10'];
  const told = await figures(['cost', 'speedrun', '--participants', '20', '--questions', '2'], quick);
  const count = (key: string) => Number(told[key]?.value);
  // Twenty joins, a token, an upload, a run, a host's ticket, two tickets of who came back, and the sockets of all of them.
  expect(count('requests')).toBe(20 + 1 + 1 + 1 + 1 + 2 + (20 + 1 + 2));
  expect(count('object_rows_written')).toBeGreaterThan(20 + 21);
  // Every answer, every participant, every question.
  expect(count('d1_rows_written')).toBeGreaterThanOrEqual(40 + 20 + 2);
  expect(count('queue_operations')).toBe(3);
  expect(count('total')).toBeGreaterThan(0);
}, 120_000);
