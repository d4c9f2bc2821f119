//! Deploying while a run is on: the front door and `live` are programs of their own on one storage, as in
//! production, and each is replaced by another build of itself.
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refused } from '../../workers/web/src/live';
import type { Command } from '../../workers/web/src/generated/Command';
import { client } from '../harness/api';
import { Book } from '../harness/book';
import { Player } from '../harness/player';
import { compareWithBook } from '../harness/report';
import { aRun } from '../harness/run';
import { end, freePort, freshStorage, keep, kill, serve, startFresh, type Running } from '../harness/server';
import { singleChoice } from '../harness/sets';
import { eventually, sleep } from '../harness/time';
import { contradictions } from './rounds/wire';

let [front, back]: Running[] = [];

/** Notes how things are, so that everybody finds them. */
function note(): void {
  keep({ ...front!, livePort: back!.port });
}

beforeAll(async () => {
  await kill();
  const storage = freshStorage('apart');
  const begun = () => undefined;
  back = await serve({ port: await freePort(), storage, group: null, only: ['live', 'jobs'] }, begun);
  front = await serve({ port: await freePort(), storage, group: null, only: ['api'] }, begun);
  note();
});
afterAll(async () => {
  if (front !== undefined) await end(front);
  if (back !== undefined) {
    await end(back);
    rmSync(back.storage, { recursive: true, force: true, maxRetries: 5 });
  }
  await startFresh();
});

/** How often a player was welcomed: once for each socket. */
const welcomes = (player: Player) => player.heard.filter((text) => text.includes('"type":"welcome"')).length;

it('replacing the front door drops no socket, replacing live brings every socket back, and the run goes on', { timeout: 150_000 }, async () => {
  const api = await eventually('the front door', () => client('alder').catch(() => undefined), 30_000);
  const run = await aRun(api, ['One', 'Two', 'Three'].map((text) => singleChoice(text)), { duration: 300 });
  const host = await Player.screen(api, run);
  const players = await Promise.all(Array.from({ length: 10 }, (_, who) => Player.join(run, `Pupil ${who}`)));
  const everybody = [host, ...players];
  const book = new Book();
  const answerAll = async (index: number) => {
    await Promise.all(players.map((player, who) => player.opened(index).then(() => player.answer(index, { type: 'option', value: who % 3 }, book))));
    await host.told('revealed', (message) => message.index === index);
  };
  await host.tell('start');
  await answerAll(0);

  // Another build of the front door; meanwhile the run goes on.
  front = await end(front!);
  appendFileSync(join(front.storage, 'workers/api/index.js'), '\n// Another build.\n');
  await host.tell('next');
  await answerAll(1);
  front = await serve(front, () => undefined);
  note();
  expect(everybody.map(welcomes), 'sockets').toEqual(everybody.map(() => 1));
  expect(everybody.every((player) => player.client.connection.is === 'online')).toBe(true);

  // Another build of `live`; nobody helps anybody to come back.
  await host.tell('next');
  await Promise.all(players.map((player) => player.opened(2)));
  back = await end(back!);
  const unanswered = players.map((player, who) => player.answer(2, { type: 'option', value: who % 3 }, book));
  await sleep(500);
  back = await serve({ ...back, variant: 'faults' }, () => undefined);
  note();
  await eventually('everybody back', () => everybody.every((player) => player.client.connection.is === 'online'), 60_000);
  await Promise.all(unanswered);
  await host.told('revealed', (message) => message.index === 2);
  const refused = await host.send({ type: 'birth' } as unknown as Command).catch((error: unknown) => error);
  expect(refused, 'this is the other build').toBeInstanceOf(Refused);
  expect((refused as Refused).code).toBe('birth');
  expect(everybody.map(welcomes), 'sockets').toEqual(everybody.map(() => 2));

  await host.tell('next');
  await Promise.all(everybody.map((player) => player.told('finished')));
  expect(contradictions(everybody)).toEqual([]);
  const results = await eventually('the results', async () => {
    const answer = await api.get(`/v1/speedruns/${run.id}/results`);
    return answer.status === 200 ? answer.body : undefined;
  }, 60_000, 250);
  await compareWithBook(api, run, results, book, players.map((player) => player.grant));
  everybody.forEach((player) => player.close());
});
