import { describe, expect, it } from 'vitest';
import { Api, client, must } from '../harness/api';
import { Player } from '../harness/player';
import { aRun } from '../harness/run';
import { EVERY_KIND, aSet } from '../harness/sets';
import type { Choice } from '../../workers/web/src/generated/Choice';
import type { Shown } from '../../workers/web/src/generated/Shown';

/** Something that fits the question, right or not. */
export function any(question: Shown, name = 'Ada'): Choice | undefined {
  const { ask } = question;
  if (ask.type === 'single_choice') return { type: 'option', value: 0 };
  if (ask.type === 'multiple_choice') return { type: 'options', value: [0] };
  if (ask.type === 'true_false') return { type: 'bool', value: false };
  if (ask.type === 'number') return { type: 'number', value: 1 };
  if (ask.type === 'short_text') return { type: 'text', value: `PRIVATE-of-${name}` };
  if (ask.type === 'ordering') return { type: 'order', value: ask.items.map((item) => item.index) };
  if (ask.type === 'poll') return { type: 'option', value: 0 };
  return undefined;
}

/** Every kind, with `SECRET` or 90807 wherever there is something right that is not shown as a choice. */
const QUESTIONS = EVERY_KIND.map((question) => {
  if (question.kind === 'number') return { ...question, correct: 90_807 };
  if (question.kind === 'short_text') return { ...question, accepted: ['SECRET-Jupiter', 'SECRET-Jove'] };
  return question;
});

/** What tells a solution, whoever reads it. */
const SOLUTION = /SECRET|90807|"solution":\{|"correct|"solved"|"accepted"/;

/** An option or item as it is asked has a place, a text and perhaps a picture; nothing marks the right one. */
function expectUnmarked({ ask }: Shown): void {
  const shown = 'options' in ask ? ask.options : 'items' in ask ? ask.items : [];
  for (const one of shown) expect(['image', 'index', 'text']).toEqual(expect.arrayContaining(Object.keys(one)));
}

describe('every byte that a participant or a wall receives in a whole run', () => {
  it('holds no solution before its reveal, and nobody else’s answer ever', { timeout: 120_000 }, async () => {
    const api = await client('alder');
    const run = await aRun(api, QUESTIONS, { close_when_all_answered: false });
    const host = await Player.screen(api, run);
    const wall = await Player.screen(api, run, 'wall');
    const [ada, bob] = [await Player.join(run, 'Ada'), await Player.join(run, 'Bob')];
    // Ada answers, Bob does not; Carol answers and comes back in a program that knows nothing.
    let carol = await Player.join(run, 'Carol');
    const carols = [carol];
    let carolSeen = 0;
    const watched = [wall, ada, bob];
    const marks = watched.map(() => 0);
    const sinceLast = (player: Player) => {
      const at = watched.indexOf(player);
      const text = player.heard.slice(marks[at]).join('\n');
      marks[at] = player.heard.length;
      return text;
    };
    await host.tell('start');
    for (const [index, asked] of QUESTIONS.entries()) {
      const question = await host.opened(index);
      for (const shown of await Promise.all([...watched, carol].map((player) => player.opened(index)))) expectUnmarked(shown);
      for (const player of [ada, carol]) {
        const choice = any(question, player.name);
        if (choice !== undefined) await player.answer(index, choice);
      }
      const hosts = await (asked.kind === 'slide' || asked.kind === 'poll' ? undefined : host.told('solved', (message) => message.index === index));
      if (hosts !== undefined) expect(hosts.solution.correct).toBeDefined();
      expect(carol.heard.slice(carolSeen).join('\n'), `question ${index}, Carol`).not.toMatch(SOLUTION);
      carol = await carol.again();
      carols.push(carol);
      expect(carol.view.current?.question.index).toBe(index);
      await new Promise((done) => setTimeout(done, 400));
      expect(carol.heard.join('\n'), `question ${index}, Carol’s fresh view`).not.toMatch(SOLUTION);
      for (const player of watched) expect(sinceLast(player), `question ${index}, ${player.name ?? 'wall'}`).not.toMatch(SOLUTION);
      if (asked.kind !== 'slide') {
        await host.tell('reveal');
        await Promise.all([host, carol, ...watched].map((player) => player.told('revealed', (message) => message.index === index)));
      }
      for (const player of watched) sinceLast(player);
      carolSeen = carol.heard.length;
      await host.tell('next');
      if (index + 1 < QUESTIONS.length) await host.opened(index + 1);
    }
    await host.told('finished');
    const bytes = (...players: Player[]) => players.flatMap((player) => player.heard).join('\n');
    for (const player of watched) expect(bytes(player)).toContain('SECRET');
    expect(bytes(wall, bob)).not.toContain('PRIVATE');
    expect(bytes(ada)).not.toContain('PRIVATE-of-Carol');
    expect(bytes(...carols)).not.toContain('PRIVATE-of-Ada');
    for (const seat of [[ada], [bob], carols]) {
      expect(bytes(...seat)).not.toContain('"channel":"hosts"');
      expect(bytes(...seat)).not.toContain('"channel":"screens"');
      expect(bytes(...seat)).not.toContain(run.link);
    }
    for (const name of ['Ada', 'Carol']) expect(bytes(host)).toContain(`PRIVATE-of-${name}`);
    for (const player of [host, ...watched, carol]) player.close();
  });

  it('nor at everybody’s own pace: a solution comes with one’s own judgement, and only then', async () => {
    const api = await client('alder');
    const run = await aRun(api, EVERY_KIND, { pace: 'self' });
    const host = await Player.screen(api, run);
    const wall = await Player.screen(api, run, 'wall');
    const [ada, bob] = [await Player.join(run, 'Ada'), await Player.join(run, 'Bob')];
    await host.tell('start');
    // Ada plays everything; Bob only looks at the first question.
    for (const index of EVERY_KIND.keys()) {
      const before = ada.heard.length;
      await ada.send({ type: 'advance', opened: index });
      const question = (await ada.told('opened', (message) => message.question.index === index)).question;
      expect(ada.heard.slice(before).join('\n'), `question ${index} as it opens`).not.toMatch(/SECRET|"solution":\{|"correct"/);
      const choice = any(question);
      if (choice !== undefined) await ada.answer(index, choice);
    }
    await bob.send({ type: 'advance', opened: 0 });
    await bob.told('opened');
    await new Promise((done) => setTimeout(done, 600));
    for (const player of [wall, bob]) {
      expect(player.heard.join('\n')).not.toMatch(/SECRET|"solution":\{|"correct"|PRIVATE/);
    }
    expect(ada.heard.join('\n'), 'who has answered learns it').toContain('SECRET');
    for (const player of [host, wall, ada, bob]) player.close();
  });

  it('is to be had by no other way with a participant’s token', async () => {
    const api = await client('alder');
    const set = await aSet(api, EVERY_KIND);
    const run = must(await api.create('/v1/speedruns', { json: { question_set: set, settings: {} } }), 201);
    const ada = await Player.join(run, 'Ada');
    const held = new Api(ada.grant.token);
    const paths = [`/v1/speedruns/${run.id}`, `/v1/speedruns/${run.id}/results`, `/v1/question-sets/${set}`, `/v1/question-sets/${set}/export`, '/v1/speedruns', '/v1/question-sets'];
    for (const path of paths) {
      const answer = await held.get(path);
      expect(answer.text, path).not.toMatch(/SECRET|"correct"/);
      expect([403, 404], path).toContain(answer.status);
    }
    ada.close();
  });
});
