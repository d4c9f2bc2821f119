//! One run: fifty participants, a host and a wall, and a runtime that is killed again and again.
import type { Ack } from '../../../workers/web/src/live';
import type { Reply } from '../../../workers/web/src/generated/Reply';
import { client, must, randomKey, type Api } from '../../harness/api';
import { Book } from '../../harness/book';
import { Player } from '../../harness/player';
import { compareWithBook } from '../../harness/report';
import { aRun, join, ticket, type Run } from '../../harness/run';
import { kill, start } from '../../harness/server';
import { EVERY_KIND, type Question } from '../../harness/sets';
import { RawSocket } from '../../harness/socket';
import { eventually, sleep } from '../../harness/time';
import { Actor, type Fate, type Flying } from './actor';
import type { Chance } from './chance';
import * as checks from './checks';
import { Gate } from './gate';
import { Broken, type History } from './history';

const PARTICIPANTS = 50;
/** Questions that rounds may need because the ones before did not count. */
const SPARE = 4;
const BACK_WITHIN = 60_000;

/** How a run ends: with everybody gone, or under the eyes of its host, and then the queue forgets. */
export type Ending = 'alone' | 'watched';

/** What is killed into, host-paced: the answers, or the host's own command. */
type Into = 'answers' | 'reveal' | 'next';

export class Story {
  readonly gate = new Gate();
  readonly book = new Book();
  readonly sockets: RawSocket[] = [];
  actors: Actor[] = [];
  /** The open question, host-paced. */
  index = 0;
  /** Whether the leaderboard is shown; it is what all are told of to see whether they hear. */
  shown = true;
  #fates: { actor: Actor; flying: Flying; fate: Fate }[] = [];
  #acknowledged = 0;
  /** Called with each acknowledgement; strikes when it is time. */
  #fuse: ((late?: boolean) => void) | undefined;
  /** Codes with which a command may be refused now. */
  #mayBeRefused: string[] = [];
  #hosts: Promise<Ack<Reply>> | undefined;
  /** What broke a participant's script. */
  #failed: unknown;

  private constructor(
    readonly api: Api,
    readonly run: Run,
    readonly host: Player,
    readonly wall: Player,
    readonly questions: number,
    readonly selfPaced: boolean,
    readonly ending: Ending,
    readonly chance: Chance,
    readonly history: History,
  ) {}

  /** A run in its lobby, with everybody there. */
  static async begin(rounds: number, selfPaced: boolean, ending: Ending, chance: Chance, history: History): Promise<Story> {
    const api = await client('alder');
    const count = selfPaced ? 16 + 4 * rounds : rounds + SPARE;
    const questions = Array.from({ length: count }, (_, index): Question => (
      { ...EVERY_KIND[chance.between(0, 5)]!, text: `Question ${index}`, duration: index + 1 === count ? 8 : 300 }));
    const advance = ending === 'alone' && !selfPaced ? { advance_after: 3 } : {};
    const run = await aRun(api, questions, { pace: selfPaced ? 'self' : 'host', ...advance });
    const [host, wall] = [await Player.screen(api, run), await Player.screen(api, run, 'wall')];
    const story = new Story(api, run, host, wall, count, selfPaced, ending, chance, history);
    const names = Array.from({ length: PARTICIPANTS }, (_, who) => `Pupil ${who}`);
    const settled = (actor: Actor, flying: Flying, fate: Fate) => story.#settled(actor, flying, fate);
    story.actors = await Promise.all(names.map(async (name) => new Actor(await Player.join(run, name), chance.of(name), story.book, settled)));
    return story;
  }

  /** The first question, and everybody plays as soon as the gate opens. */
  async start(): Promise<void> {
    await this.host.tell('start');
    await Promise.all(this.actors.map((actor) => (this.selfPaced ? actor.player.told('started') : actor.player.opened(0))));
    this.actors.forEach((actor) => this.#plays(actor));
  }

  /** One crash; whether it counts: somebody had sent a command that was not answered. */
  async round(): Promise<boolean> {
    const { chance, history } = this;
    const into = await this.#ready();
    const fresh = chance.some(this.actors, 3);
    const twins = chance.some(this.actors.filter((actor) => !fresh.includes(actor)), 2);
    const tickets = await Promise.all(twins.map((twin) => ticket(this.run, twin.player.grant.token)));
    this.#fates = [];
    const opened = Date.now();
    const newcomers: (() => Promise<void>)[] = [];
    const disturb = () => {
      if (into !== 'answers') this.#hosts = this.host.tell(into);
      // A second socket of these seats is on its way when it happens, and somebody joins.
      tickets.forEach((one) => void RawSocket.open(one).then((socket) => socket instanceof RawSocket && this.sockets.push(socket)));
      if (this.selfPaced) newcomers.push(this.#newcomer(), this.#newcomer());
    };
    let [killed, death] = [0, Promise.resolve()];
    await this.#moment(into, disturb, () => {
      this.gate.close();
      [killed, death] = [Date.now(), kill()];
    });
    await death;
    await eventually('every socket to break', () => this.#players().every((player) => player.client.connection.is !== 'online'), BACK_WITHIN, 5);
    const flying = this.#flying();
    const counted = flying.length > 0 || this.#hostWaits();
    fresh.forEach((actor) => actor.player.close());
    await start();
    history.note('started');
    const lost = await this.#back(fresh, twins);
    const back = Date.now();

    history.note('back');
    const learnt = await this.#learnt(fresh, twins);
    for (const newcomer of newcomers) await newcomer();
    history.note('learnt');
    if (into !== 'answers') await this.#closed(into);
    await checks.counts(this);
    history.note('counted');
    const open = await checks.sockets(this);
    history.note('heard');
    await checks.seconds(this);
    checks.wires(this);
    const stored = (then: (at: number) => boolean) => this.#fates.filter((one) => flying.includes(one.flying) && 'stored' in one.fate && then(one.fate.stored)).length;
    history.say(
      `${counted ? 'round' : 'does not count'}: killed ${killed - opened} ms into ${into === 'answers' ? 'the play' : `the host’s “${into}”`}; ` +
        `${flying.length} participants${this.#hosts === undefined ? '' : ' and the host'} without an answer: ${stored((at) => at <= killed)} had been stored, ` +
        `${stored((at) => at > killed)} were sent again, ${learnt} were learnt by ${lost} fresh programs; back after ${back - killed} ms; ` +
        `${open} sockets heard and were heard`,
    );
    this.#hosts = undefined;
    return counted;
  }

  /** The rest of the run, its end, and its report. */
  async finish(): Promise<void> {
    const { actors, history, chance, host } = this;
    this.#mayBeRefused = ['too_late', 'not_open', 'run_over'];
    actors.forEach((actor) => {
      actor.thinks = 20;
      actor.holdsAt = this.ending === 'alone' && chance.next() < 0.2 ? this.questions - 1 : undefined;
    });
    if (!this.selfPaced) await this.#toLastQuestion();
    this.gate.open();
    if (this.ending === 'alone') {
      const through = (actor: Actor) => actor.at === this.questions - 1 && (!actor.asked || actor.holdsAt !== undefined);
      await this.#until('everybody at the last question', () => actors.every(through));
      this.gate.close();
      await this.#until('the last answers', () => this.#flying().length === 0);
      this.#players().forEach((player) => player.close());
      await sleep(chance.between(0, 1_000));
    } else {
      await this.#until('the last question to be through', () => this.#lastIsThrough());
      if (!this.selfPaced) await host.tell('next');
      await host.told('finished');
      await sleep(chance.between(0, 300));
    }
    this.gate.end();
    await kill();
    checks.wires(this);
    this.#players().forEach((player) => player.close());
    await sleep(chance.between(0, 500));
    await start();
    const name = this.ending === 'alone' ? checks.ALONE : checks.OUTBOX;
    const results = await history.holds(name, () => this.#results());
    const seats = actors.map((actor) => actor.player.grant);
    await history.holds(checks.BOOK, () => compareWithBook(this.api, this.run, results, this.book, seats));
    history.say(`${this.ending === 'alone' ? 'the run ended with nobody there' : 'killed right after the end'}; the report holds the ${this.book.all().length} answers of the book`);
  }

  /** Lets everything go, whatever happened. */
  close(): void {
    this.gate.end();
    this.#players().forEach((player) => player.close());
    this.sockets.forEach((socket) => socket.close());
  }

  #players(): Player[] {
    return [this.host, this.wall, ...this.actors.map((actor) => actor.player)];
  }

  /** The run comes so far. */
  #until(what: string, there: () => boolean): Promise<unknown> {
    return this.history.holds(checks.GOES_ON, () => eventually(what, () => this.#alive() && there(), 60_000, 10));
  }

  /** A participant's script that failed fails the story. */
  #alive(): boolean {
    if (this.#failed !== undefined) throw this.#failed;
    return true;
  }

  #settled(actor: Actor, flying: Flying, fate: Fate): void {
    const { command, sent } = flying;
    this.history.note(`${actor.name} ${JSON.stringify(command)} sent ${sent}: ${JSON.stringify(fate)}`);
    this.#fates.push({ actor, flying, fate });
    if ('stored' in fate) {
      this.#acknowledged += 1;
      this.#fuse?.(false);
    }
    if ('refused' in fate && !this.#mayBeRefused.includes(fate.refused)) {
      this.#failed ??= new Broken(checks.LEARNT, `${actor.name} was refused ${fate.refused} for ${JSON.stringify(command)}`);
    }
  }

  /** Host-paced: a question that many have not answered. Says what the crash goes into. */
  async #ready(): Promise<Into> {
    const { chance, actors } = this;
    const thinks = chance.one(this.selfPaced ? [20, 60, 150] : [30, 150, 600]);
    actors.forEach((actor) => (actor.thinks = thinks));
    this.#mayBeRefused = [];
    if (this.selfPaced) return 'answers';
    // The clock of an unwatched run moves on by itself and would come before the host.
    const into = this.ending === 'alone' ? 'answers' : chance.one<Into>(['answers', 'answers', 'reveal', 'next']);
    if (actors.filter((actor) => actor.asked).length < 20) await this.#nextQuestion();
    if (into === 'next') await this.#through();
    if (into === 'reveal') this.#mayBeRefused = ['not_open', 'too_late'];
    const holders = chance.some(actors, chance.between(3, 10));
    actors.forEach((actor) => (actor.holdsAt = holders.includes(actor) ? this.index : undefined));
    return into;
  }

  /**
   * A random moment while something is on its way, for a crash at other moments teaches nothing: by the clock,
   * or with an acknowledgement, so that what it says has hardly left the runtime.
   */
  async #moment(into: Into, disturb: () => void, strike: () => void): Promise<void> {
    const { chance } = this;
    const [flies, thinks] = [() => this.#flying().length > 0 || this.#hostWaits(), this.actors[0]!.thinks];
    const [enough, early] = [this.#acknowledged + chance.between(1, 30), chance.between(0, 10)];
    if (into !== 'next') this.gate.open();
    if (into !== 'answers' || chance.next() < 0.5) {
      await sleep(into === 'next' ? 0 : chance.between(0, this.selfPaced ? 600 : thinks));
      disturb();
      await sleep(into === 'answers' ? early : early / 4);
      await eventually('a command', flies, 1_000, 1).catch(() => undefined);
      return strike();
    }
    let disturbed = false;
    setTimeout(() => (disturb(), (disturbed = true)), early);
    await new Promise<void>((done) => {
      const timeout = setTimeout(() => this.#fuse?.(), 2_000);
      this.#fuse = (late = true) => {
        if (!late && !(disturbed && this.#acknowledged >= enough && flies())) return;
        this.#fuse = undefined;
        clearTimeout(timeout);
        strike();
        done();
      };
    });
  }

  /** The commands of participants that have no answer. */
  #flying(): Flying[] {
    return this.actors.flatMap((actor) => actor.flying ?? []);
  }

  /** Somebody joins while it happens, and tries again with the same key: one seat, however often. */
  #newcomer(): () => Promise<void> {
    const [name, key] = [`Late ${this.actors.length} ${this.chance.between(0, 1e6)}`, randomKey()];
    const first = join(this.run, name, key).then((answer) => answer.body.seat, () => undefined);
    return async () => {
      const grant = must(await join(this.run, name, key), 201);
      const seat = await first;
      this.history.check(checks.LEARNT, seat === undefined || seat === grant.seat ? undefined : `${name} joined twice`);
      const actor = new Actor(await Player.of(this.run, grant), this.chance.of(name), this.book, (...fate) => this.#settled(...fate));
      this.actors.push(actor);
      this.#plays(actor);
    };
  }

  #plays(actor: Actor): void {
    actor.play(this.gate, this.questions, this.selfPaced).catch((error: unknown) => (this.#failed ??= error));
  }

  #hostWaits(): boolean {
    return this.host.client.pending > 0;
  }

  /** Everybody is back: most at once, some by their own patience, some as fresh programs. Their number. */
  async #back(fresh: Actor[], twins: Actor[]): Promise<number> {
    for (const player of this.#players()) if (this.chance.next() < 0.8) player.client.wake();
    const replaced = twins.filter((actor) => actor.player.client.connection.is === 'closed');
    const others = this.#players().filter((player) => player.client.connection.is !== 'closed');
    await eventually('everybody back', () => this.#alive() && others.every((player) => player.client.connection.is === 'online'), BACK_WITHIN, 20);
    return fresh.length + replaced.length;
  }

  /** Every command that was under way has its answer, or its seat knows by now. */
  async #learnt(fresh: Actor[], twins: Actor[]): Promise<number> {
    const afresh = [...fresh, ...twins.filter((twin) => twin.player.client.connection.is === 'closed')];
    const learnt = (await Promise.all(afresh.map((actor) => actor.again()))).reduce((sum, count) => sum + count, 0);
    const open = () => this.actors.filter((actor) => actor.flying !== undefined || actor.player.client.pending > 0);
    await eventually('every answer', () => (open().length === 0 && !this.#hostWaits()) || this.#failed !== undefined, 20_000, 20).catch(() => undefined);
    this.#alive();
    this.history.check(checks.LEARNT, open().length === 0 ? undefined : `no answer for ${open().map((actor) => actor.name).join(', ')}`);
    return learnt;
  }

  /** The host's command that was under way is done. */
  async #closed(into: Into): Promise<void> {
    await this.history.holds(checks.LEARNT, async () => this.#hosts);
    if (into === 'reveal') return this.#revealed();
    this.index += 1;
    await this.#opened();
  }

  /** The question that the host was told is open is open for everybody. */
  #opened(): Promise<unknown> {
    const all = () => this.#players().every((player) => this.#hasOpened(player));
    return this.history.holds(checks.LOST, () => eventually(`question ${this.index}`, all, 20_000, 10));
  }

  #hasOpened(player: Player): boolean {
    return player.events.some(({ message }) => message.type === 'opened' && message.question.index === this.index) || player.view.current?.question.index === this.index;
  }

  /** What was revealed counts what was acknowledged. */
  async #revealed(): Promise<void> {
    const { distribution } = await this.history.holds(checks.LOST, () => this.host.told('revealed', (message) => message.index === this.index));
    const known = this.book.count(this.index);
    const fault = `${distribution.answered} answers to question ${this.index} were revealed, and ${known} acknowledged`;
    this.history.check(distribution.answered < known ? checks.LOST : checks.DOUBLED, distribution.answered === known ? undefined : fault);
  }

  /** Everybody answers, and the question closes by itself: not before the last one. */
  async #through(): Promise<void> {
    if (this.host.events.some(({ message }) => message.type === 'revealed' && message.index === this.index)) return;
    this.actors.forEach((actor) => (actor.holdsAt = undefined));
    this.gate.open();
    const closed = () => this.host.events.some(({ message }) => message.type === 'revealed' && message.index === this.index);
    await this.#until('the question to close', closed);
    await this.#until('the last answers', () => this.#flying().length === 0);
    this.gate.close();
    this.history.check(checks.DOUBLED, this.book.count(this.index) === this.actors.length ? undefined : `question ${this.index} closed after ${this.book.count(this.index)} answers`);
    await this.#revealed();
  }

  async #nextQuestion(): Promise<void> {
    await this.#through();
    await this.#next();
  }

  /** The host moves on, unless the clock has done so. */
  async #next(): Promise<void> {
    this.index += 1;
    if (this.index >= this.questions) throw new Error('too few questions for so many rounds that do not count');
    await this.host.tell('next').catch(() => undefined);
    await this.#opened();
  }

  /** The spare questions are shown and answered by nobody. */
  async #toLastQuestion(): Promise<void> {
    await this.#through();
    while (this.index + 1 < this.questions) {
      await this.#next();
      if (this.index + 1 < this.questions) await this.host.tell('reveal');
    }
  }

  #lastIsThrough(): boolean {
    if (this.selfPaced) return this.host.events.some(({ message }) => message.type === 'finished');
    return this.host.events.some(({ message }) => message.type === 'revealed' && message.index === this.questions - 1);
  }

  /** Only the database is asked: nothing wakes the run. */
  #results(): Promise<any> {
    return eventually('the results', async () => {
      const answer = await this.api.get(`/v1/speedruns/${this.run.id}/results`).catch(() => undefined);
      return answer?.status === 200 ? answer.body : undefined;
    }, 60_000, 500);
  }
}
