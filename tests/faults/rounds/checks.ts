//! What must hold after every crash. Each check has a name, by which a mutant is said to be caught.
import { expect } from 'vitest';
import type { Counts } from '../../../workers/web/src/generated/Counts';
import type { Distribution } from '../../../workers/web/src/generated/Distribution';
import type { Presence } from '../../../workers/web/src/generated/Presence';
import type { Progress } from '../../../workers/web/src/generated/Progress';
import { ticket } from '../../harness/run';
import { RawSocket } from '../../harness/socket';
import { eventually, sleep } from '../../harness/time';
import type { Actor } from './actor';
import { contradictions } from './wire';
import type { Story } from './story';

/** Totals are folded to four a second: what is still the same after this did not move. */
const SETTLED = 400;
const WITHIN = 10_000;

export const LOST = 'nothing acknowledged is lost';
export const DOUBLED = 'coming back changes no count';
export const GOES_ON = 'the run goes on';
export const GAPS = 'no channel has a gap';
export const MUTE = 'no socket is open but mute';
export const REPLACED = 'a second socket of a seat replaces the first';
export const LEARNT = 'every seat learns what became of its command';
export const ALONE = 'the run ends without any client';
export const OUTBOX = 'the results arrive although the queue forgot them';
export const BOOK = 'the report equals the script’s own book';

/** The run counts what was acknowledged, nothing less and nothing more, and goes on doing so. */
export async function counts(story: Story): Promise<void> {
  const faults = () => miscounts(story);
  await eventually('the counts', () => faults().length === 0, WITHIN).catch(() => undefined);
  await sleep(SETTLED);
  const wrong = faults();
  const less = wrong.filter((fault) => fault.told < fault.known);
  const describe = (all: Miscount[]) => all.map(({ what, known, told }) => `${what}: ${told}, not ${known}`).join('; ');
  story.history.check(LOST, less.length === 0 ? undefined : describe(less));
  story.history.check(DOUBLED, wrong.length === 0 ? undefined : describe(wrong));
}

interface Miscount {
  what: string;
  known: number;
  told: number;
}

function miscounts({ actors, book, host, index, selfPaced, questions }: Story): Miscount[] {
  const total = <T>(name: string) => host.totals.get(name) as unknown as T | undefined;
  const presence = total<Presence>('presence');
  const answered = total<Counts>('counts');
  const all: Miscount[] = [
    { what: 'participants', known: actors.length, told: answered?.participants ?? -1 },
    { what: 'participants connected', known: actors.length, told: presence?.participants ?? -1 },
    { what: 'connected', known: actors.length + 2, told: presence?.connected ?? -1 },
  ];
  if (selfPaced) {
    const closed = (actor: Actor) => book.all().filter((entry) => entry.seat === actor.player.grant.seat).length;
    const progress = new Map(total<Progress[]>('progress')?.map((one) => [one.seat, one.closed]));
    all.push(...actors.filter((actor) => progress.has(actor.player.grant.seat)).map((actor) => (
      { what: `answers of ${actor.name}`, known: closed(actor), told: progress.get(actor.player.grant.seat)! })));
    all.push({ what: 'participants that are done', known: actors.filter((actor) => closed(actor) === questions).length, told: answered?.answered ?? -1 });
  } else {
    const known = book.count(index);
    all.push({ what: `answers to question ${index}`, known, told: answered?.answered ?? -1 });
    all.push({ what: `answers in the distribution of question ${index}`, known, told: total<Distribution>('distribution')?.answered ?? -1 });
  }
  return all.filter(({ known, told }) => known !== told);
}

/** Dense numbers, one answer an id, and everybody was told the same. */
export function wires(story: Story): void {
  const players = [story.host, story.wall, ...story.actors.flatMap((actor) => actor.programs)];
  const wrong = contradictions(players);
  story.history.check(GAPS, wrong.length === 0 ? undefined : wrong.slice(0, 5).join('; '));
}

/** Every socket that is open hears what is told to all, and is answered. */
export async function sockets(story: Story): Promise<number> {
  const { actors, host, wall, history } = story;
  story.shown = !story.shown;
  const { at } = await host.send({ type: 'leaderboard', shown: story.shown });
  const players = [host, wall, ...actors.map((actor) => actor.player)];
  const online = players.filter((player) => player.client.connection.is === 'online');
  const raw = story.sockets.filter((socket) => socket.isOpen);
  const heard = (frames: { type?: string; at: number; message: { type: string } }[]) => frames.some((event) => event.message?.type === 'leaderboard_shown' && event.at === at);
  const deaf = () => [...online.filter((player) => !heard(player.events)).map((player) => player.name ?? player.grant.role),
    ...raw.filter((socket) => socket.isOpen && !heard(socket.frames)).map(() => 'a second socket')];
  await eventually('the news', () => deaf().length === 0, WITHIN, 20).catch(() => undefined);
  history.check(MUTE, deaf().length === 0 ? undefined : `not told: ${deaf().join(', ')}`);
  const codes = await Promise.all(actors.filter((actor) => online.includes(actor.player)).map((actor) => Promise.race([actor.probe(), sleep(WITHIN).then(() => 'nothing')])));
  const odd = codes.filter((code) => !['not_open', 'out_of_range', 'wrong_phase'].includes(code));
  history.check(MUTE, odd.length === 0 ? undefined : `answered with ${odd.join(', ')}`);
  return online.length + raw.length;
}

/** Of several sockets of one seat only the newest stays, also when they are opened in the same moment. */
export async function seconds(story: Story): Promise<void> {
  const [one, both] = story.chance.some(story.actors, 2) as [Actor, Actor];
  const open = async (actor: Actor) => {
    const { run, grant } = actor.player;
    const socket = await RawSocket.hello(await ticket(run, grant.token));
    story.sockets.push(socket);
    return socket;
  };
  await story.history.holds(REPLACED, async () => {
    const first = one.player;
    const newer = await open(one);
    await eventually('the end of the first', () => first.client.connection.is === 'closed', WITHIN, 10);
    expect(first.client.connection).toMatchObject({ reason: 'replaced' });
    const pair = await Promise.all([RawSocket.open(await ticket(both.player.run, both.player.grant.token)), RawSocket.open(await ticket(both.player.run, both.player.grant.token))]);
    for (const socket of pair) {
      if (!(socket instanceof RawSocket)) throw new Error(`a second socket was refused: ${socket.status} ${socket.code}`);
      story.sockets.push(socket);
      socket.send({ type: 'hello' });
    }
    const living = () => (pair as RawSocket[]).filter((socket) => socket.isOpen);
    await eventually('one of two to go', () => living().length === 1, WITHIN, 10);
    await living()[0]!.next((frame) => frame.type === 'welcome');
    expect(newer.isOpen).toBe(true);
  });
  await sockets(story);
  await Promise.all([one.again(), both.again()]);
}
