//! A consumer that fails twice and then works. One that always fails is in tests/results/dead-letters.test.ts.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { client, credentials, must, operator } from '../harness/api';
import { sql } from '../harness/database';
import { Player } from '../harness/player';
import { aRun } from '../harness/run';
import { log } from '../harness/server';
import { eventually } from '../harness/time';

it('a message that could not be worked off twice is worked off when it can be', { timeout: 60_000 }, async () => {
  const api = await client('alder');
  const run = await aRun(api);
  const host = await Player.screen(api, run);
  const ada = await Player.join(run, 'Ada');
  await host.tell('start');
  await ada.opened(0);
  await ada.answer(0, { type: 'option', value: 0 });
  const outbox = `out_0${[...randomBytes(25)].map((byte) => '0123456789abcdefghjkmnpqrstvwxyz'[byte % 32]).join('')}`;
  const body = JSON.stringify({ kind: 'speedruns', tenant: credentials('alder').tenant_id, session: run.id, outbox });
  await sql(`INSERT INTO dead_letters (id, queue, body, received_at) VALUES ('${outbox}', 'lectern-results', '${body}', ${Date.now()})`);

  // It comes before the run has ended, and the object refuses its report.
  const before = log().length;
  const outcomes = () => log().slice(before).split('\n').filter((line) => line.includes('"part":"jobs.queue"') && line.includes(credentials('alder').tenant_id));
  must(await operator().create(`/v1/operator/dead-letters/${outbox}/redrive`), 200);
  await eventually('two failures', () => outcomes().filter((line) => line.includes('"code":"refused"')).length >= 2, 20_000);
  await host.tell('end');
  // Both the run’s own message and this one are done, in whatever order: one stores, the other repeats.
  await eventually('the success', () => outcomes().filter((line) => /"code":"(stored|repeated)"/.test(line)).length >= 2, 20_000);
  const results = must(await api.get(`/v1/speedruns/${run.id}/results`), 200) as { answers: { outcome: string }[] };
  expect(results.answers.filter((answer) => answer.outcome !== 'timed_out')).toHaveLength(1);
  host.close();
  ada.close();
});
