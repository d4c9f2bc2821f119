//! A whole run in each pace: twenty scripted participants, late joiners, somebody who leaves and comes
//! back, a runtime that is killed in the middle of a question, two tenants side by side.
import { afterAll, describe, expect, it } from 'vitest';
import { client, type Api } from '../harness/api';
import { Book } from '../harness/book';
import { compareWithBook } from '../harness/report';
import { Player } from '../harness/player';
import { aRun, join, type Run } from '../harness/run';
import { killAndStart } from '../harness/server';
import { EVERY_KIND } from '../harness/sets';
import { eventually, sleep } from '../harness/time';
import type { Choice } from '../../workers/web/src/generated/Choice';
import type { Shown } from '../../workers/web/src/generated/Shown';

const QUESTIONS = EVERY_KIND.slice(0, 7);
const open: Player[] = [];
afterAll(() => open.forEach((player) => player.close()));

function seat(player: Player): Player {
  open.push(player);
  return player;
}

/** What participant number `who` answers: some right, some wrong, always something that fits. */
function choose({ ask }: Shown, who: number): Choice {
  switch (ask.type) {
    case 'single_choice':
      return { type: 'option', value: who % ask.options.length };
    case 'multiple_choice':
      return { type: 'options', value: who % 2 === 0 ? [0, 1] : [0, 2] };
    case 'true_false':
      return { type: 'bool', value: who % 3 !== 0 };
    case 'number':
      return { type: 'number', value: who % 2 === 0 ? 56 : who };
    case 'short_text':
      return { type: 'text', value: who % 2 === 0 ? 'jupiter' : `no idea, ${who}` };
    case 'ordering':
      return { type: 'order', value: ask.items.map((item) => item.index) };
    default:
      return { type: 'option', value: who % 2 };
  }
}

/** An ordering is answered in the order shown, and reported in the author’s. */
function inAuthorTerms(index: number, choice: Choice, player: Player): Choice {
  const ask = shown(player, index)?.ask;
  if (choice.type !== 'order' || ask?.type !== 'ordering') return choice;
  const items = QUESTIONS[index]!['items'] as string[];
  const text = (at: number) => ask.items.find((item) => item.index === at)!.text.map((segment) => ('text' in segment ? segment.text : '')).join('');
  return { type: 'order', value: choice.value.map((at) => items.indexOf(text(at))) };
}

async function twenty(run: Run): Promise<Player[]> {
  return Promise.all(Array.from({ length: 20 }, async (_, who) => seat(await Player.join(run, `Pupil ${who}`))));
}

/** The run is over and the reporter is done. */
function results(api: Api, run: Run): Promise<any> {
  return eventually('the results', async () => {
    const answer = await api.get(`/v1/speedruns/${run.id}/results`);
    return answer.status === 200 ? answer.body : undefined;
  }, 60_000, 250);
}

function expectDense(players: Player[]): void {
  for (const player of players) {
    for (const [channel, numbers] of player.numbers()) {
      const first = numbers[0]!;
      expect(numbers, `${player.name} ${channel}`).toEqual(numbers.map((_, at) => first + at));
    }
  }
}

describe('a whole host-paced run', () => {
  it('loses and doubles nothing, whoever leaves and whatever dies', { timeout: 150_000 }, async () => {
    const [alder, birch] = [await client('alder'), await client('birch')];
    const book = new Book(inAuthorTerms);
    const run = await aRun(alder, QUESTIONS, { close_when_all_answered: false });
    const other = await aRun(birch, QUESTIONS.slice(0, 2));
    let host = seat(await Player.screen(alder, run, 'host', 'the-laptop-in-the-room'));
    const second = seat(await Player.screen(alder, run, 'host', 'the-phone-in-the-other-hand'));
    const wall = seat(await Player.screen(alder, run, 'wall'));
    let players = await twenty(run);
    const neighbour = { host: seat(await Player.screen(birch, other)), ada: seat(await Player.join(other, 'Pupil 0')) };
    expect((await eventually('all names', () => host.events.filter((event) => event.message.type === 'joined').length === 20 && host)).view.phase).toBe('lobby');

    const answerAll = async (who: Player[], index: number) => {
      await Promise.all(who.map(async (player) => {
        const question = await eventually(`question ${index} for ${player.name}`, () => shown(player, index));
        await player.answer(index, choose(question, Number(player.name.split(' ')[1])), book);
      }));
    };

    await host.tell('start');
    await host.opened(0);
    await answerAll(players, 0);
    await host.tell('reveal');
    await host.told('revealed', (message) => message.index === 0);

    // Late joiners: what they missed scores nothing.
    players = [...players, seat(await Player.join(run, 'Pupil 20')), seat(await Player.join(run, 'Pupil 21'))];
    await host.tell('next');
    await host.opened(1);
    // A participant leaves in the middle of a question and comes back as a fresh program.
    await answerAll(players.slice(1), 1);
    players[0] = seat(await players[0]!.again());
    await answerAll([players[0]], 1);
    // The host leaves too; the other screen goes on.
    host.close();
    await second.tell('reveal');
    await second.told('revealed', (message) => message.index === 1);
    host = seat(await host.again());
    expect(host.view.phase).toBe('revealing');
    await host.tell('next');
    await host.opened(2);

    // The runtime dies in the middle of a question: half have answered, some answers are on their way.
    await answerAll(players.slice(0, 11), 2);
    const onTheirWay = answerAll(players.slice(11), 2);
    await killAndStart();
    await onTheirWay;
    await eventually('everybody back', () => players.every((player) => player.client.connection.is === 'online'), 30_000);
    for (const player of players) {
      const entry = book.of(player.grant.seat, 2);
      expect(entry, `${player.name}’s answer to question 2`).toBeDefined();
    }
    await eventually('the host back', () => host.client.connection.is === 'online', 30_000);

    for (let index = 2; index < QUESTIONS.length; index += 1) {
      if (index > 2) await answerAll(players, index);
      await eventually('reveal', () => host.tell('reveal').then(() => true, () => undefined));
      const revealed = await host.told('revealed', (message) => message.index === index);
      expect(revealed.distribution.answered, `answers to ${index}`).toBe(players.length);
      await host.tell('next');
      if (index + 1 < QUESTIONS.length) await host.opened(index + 1);
    }
    expect((await host.told('finished')).reason).toBe('completed');
    await Promise.all(players.map((player) => player.told('finished')));
    expectDense([host, second, wall, ...players]);

    await compareWithBook(alder, run, await results(alder, run), book, players.map((player) => player.grant));
    // The neighbour’s run was not touched, and knows nothing of this one.
    expect(neighbour.ada.view.phase).toBe('lobby');
    expect([...neighbour.ada.heard, ...neighbour.host.heard].join('')).not.toContain('Pupil 5');
    expect((await birch.get(`/v1/speedruns/${run.id}/results`)).status).toBe(404);
    // The code is free and opens nothing any more.
    expect([404, 410]).toContain((await join(run, 'Too late')).status);
  });
});

describe('a whole self-paced run', () => {
  it('loses and doubles nothing, and ends by itself when everybody is through', { timeout: 150_000 }, async () => {
    const alder = await client('alder');
    const book = new Book(inAuthorTerms);
    const run = await aRun(alder, QUESTIONS, { pace: 'self', duration: 60 });
    const host = seat(await Player.screen(alder, run));
    const players = await twenty(run);
    await host.tell('start');
    await Promise.all(players.map((player) => player.told('started')));

    const play = async (player: Player, from = 0, to = QUESTIONS.length) => {
      const who = Number(player.name.split(' ')[1]);
      for (let index = from; index < to; index += 1) {
        await player.send({ type: 'advance', opened: index });
        const question = await eventually(`question ${index} for ${player.name}`, () => shown(player, index), 40_000);
        await player.answer(index, choose(question, who), book);
      }
    };
    await Promise.all(players.map((player) => play(player, 0, 2)));
    const late = seat(await Player.join(run, 'Pupil 20'));
    expect(late.view.phase).toBe('running');
    // Everybody is at some question when the runtime dies.
    const going = Promise.all([...players.slice(1), late].map((player) => play(player, player === late ? 0 : 2)));
    await sleep(60);
    await killAndStart();
    players[0] = seat(await players[0]!.again());
    await Promise.all([going, play(players[0], 2)]);

    const all = [...players, late];
    expect((await host.told('finished', undefined, 30_000)).reason).toBe('completed');
    for (const player of all) expect((await player.told('done')).score).toBeGreaterThanOrEqual(0);
    expect(book.all()).toHaveLength(all.length * QUESTIONS.length);
    expectDense([host, ...all]);
    await compareWithBook(alder, run, await results(alder, run), book, all.map((player) => player.grant));
  });
});

describe('a run that nobody leads', () => {
  it('closes its question by the clock, and is told to whoever comes back', { timeout: 60_000 }, async () => {
    const api = await client('birch');
    const run = await aRun(api, QUESTIONS.slice(0, 2), { duration: 5, advance_after: 3 });
    const host = await Player.screen(api, run, 'host', 'a-screen-that-goes-away');
    const ada = seat(await Player.join(run, 'Ada'));
    await host.tell('start');
    await ada.opened(0);
    host.close();
    ada.close();
    await sleep(1_000);
    await killAndStart();
    // Twice a question of five seconds and a reveal of three, and nobody there.
    const finished = await eventually('the end', async () => {
      const answer = await api.get(`/v1/speedruns/${run.id}`);
      return answer.body?.status === 'finished' ? answer.body : undefined;
    }, 40_000, 500);
    expect(finished.end_reason).toBe('completed');
  });
});

/** The question of this index, if it is open for this player. */
function shown(player: Player, index: number): Shown | undefined {
  for (const { message } of [...player.events].reverse()) {
    if (message.type === 'opened' && message.question.index === index) return message.question;
  }
  const current = player.view.current;
  return current?.question.index === index ? current.question : undefined;
}
