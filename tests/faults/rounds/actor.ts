//! A participant who plays by the script, and knows what became of every command.
import { Refused } from '../../../workers/web/src/live';
import type { Choice } from '../../../workers/web/src/generated/Choice';
import type { Command } from '../../../workers/web/src/generated/Command';
import type { Shown } from '../../../workers/web/src/generated/Shown';
import type { Book } from '../../harness/book';
import { Player } from '../../harness/player';
import { ticket } from '../../harness/run';
import { RawSocket } from '../../harness/socket';
import { sleep } from '../../harness/time';
import type { Chance } from './chance';
import type { Gate } from './gate';
import { Wire } from './wire';

/** A command without an answer. */
export interface Flying {
  command: Command;
  sent: number;
}

/** What became of a command: stored at that time, or refused with a code, or left open by a program that ended. */
export type Fate = { stored: number } | { refused: string } | { unknown: true };

/** What a participant knows of the run: a view, and every event after it. */
interface Known {
  question: Shown | undefined;
  /** Whether the question takes no answer of this participant any more. */
  closed: boolean;
  /** Self-paced: questions opened so far. */
  opened: number;
}

/** One participant. */
export class Actor {
  /** Every program that this participant ran, the last one included. */
  readonly programs: Player[];
  flying: Flying | undefined;
  /** The question that this one leaves unanswered for now. */
  holdsAt: number | undefined;
  /** Up to how long this one thinks before each command, in ms. */
  thinks = 100;
  readonly #known: Known = { question: undefined, closed: true, opened: 0 };
  #read = { program: -1, events: 0 };

  constructor(
    public player: Player,
    private readonly chance: Chance,
    private readonly book: Book,
    private readonly settled: (actor: Actor, flying: Flying, fate: Fate) => void,
  ) {
    this.programs = [player];
  }

  get name(): string {
    return this.player.name;
  }

  /** Plays as long as the gate lets it, until there is nothing left to do. */
  async play(gate: Gate, total: number, selfPaced: boolean): Promise<void> {
    while (!gate.over) {
      await gate.pass();
      await sleep(this.chance.next() * this.thinks);
      const command = gate.isOpen && this.flying === undefined ? this.#next(total, selfPaced) : undefined;
      if (command === undefined) await sleep(10);
      else await this.give(command);
    }
  }

  /** Gives a command; whatever becomes of it is told to the story. */
  async give(command: Command): Promise<Fate> {
    const flying = { command, sent: Date.now() };
    this.flying = flying;
    const fate = await this.player.send(command).then(
      (ack): Fate => {
        if (command.type === 'answer') {
          this.book.answered(this.player, ack.reply, ack.at);
          if (this.#look().question?.index === command.index) this.#known.closed = true;
        }
        return { stored: ack.at };
      },
      (error: unknown): Fate => {
        if (!(error instanceof Refused)) throw error;
        return ['left', 'replaced'].includes(error.code) ? { unknown: true } : { refused: error.code };
      },
    );
    if (this.flying === flying) this.flying = undefined;
    this.settled(this, flying, fate);
    return fate;
  }

  /** Sends what no run accepts; the code of its refusal. */
  probe(): Promise<string> {
    return this.player.send({ type: 'answer', index: 9_999, choice: { type: 'option', value: 0 } }).then(
      () => 'accepted',
      (error: unknown) => (error instanceof Refused ? error.code : String(error)),
    );
  }

  /**
   * Comes back as a fresh program. What the one before sent and got no answer to is read from what the seat
   * missed, so that the book knows what became of it; the number of answers learnt so.
   */
  async again(): Promise<number> {
    const before = this.player;
    before.close();
    const { seen } = new Wire(before);
    const socket = await RawSocket.hello(await ticket(before.run, before.grant.token), seen);
    const missed = Object.entries(socket.frames.find((frame) => frame.type === 'welcome').channels as Record<string, number>)
      .map(([channel, number]) => number - (seen[channel] ?? 0))
      .reduce((sum, count) => sum + count, 0);
    const events = () => socket.frames.filter((frame) => frame.type === 'event');
    await socket.next(() => events().length >= missed);
    // Its event may have come before the crash, and the acknowledgement not.
    const told = [...before.events, ...events()].filter(({ channel, message }) => channel === 'me' && message.type === 'answered');
    const learnt = told.map(({ message }) => message).filter((message) => this.book.of(before.grant.seat, message.index) === undefined);
    learnt.forEach((message) => this.book.learnt(before, message));
    this.player = await before.again();
    this.programs.push(this.player);
    const closed = await socket.end(5_000);
    if (closed.code !== 4001) throw new Error(`the seat’s older socket was closed with ${closed.code}`);
    return learnt.length;
  }

  #next(total: number, selfPaced: boolean): Command | undefined {
    const { question, closed, opened } = this.#look();
    if (question !== undefined && !closed) {
      return this.holdsAt === question.index ? undefined : { type: 'answer', index: question.index, choice: choose(question, this.chance) };
    }
    return selfPaced && opened < total ? { type: 'advance', opened } : undefined;
  }

  /** Whether a question waits for this participant's answer. */
  get asked(): boolean {
    const { question, closed } = this.#look();
    return question !== undefined && !closed;
  }

  /** The question that this participant was shown last. */
  get at(): number | undefined {
    return this.#look().question?.index;
  }

  #look(): Known {
    const known = this.#known;
    if (this.#read.program !== this.programs.length) {
      const { current, me, phase } = this.player.views[0]!;
      known.question = current?.question;
      known.closed = current == null || current.answered !== undefined || phase === 'revealing' || current.solution !== undefined;
      known.opened = me?.opened ?? 0;
      this.#read = { program: this.programs.length, events: 0 };
    }
    for (const { message } of this.player.events.slice(this.#read.events)) {
      if (message.type === 'opened') {
        known.question = message.question;
        known.closed = false;
        known.opened += 1;
      } else if ((message.type === 'answered' || message.type === 'judged' || message.type === 'revealed') && message.index === known.question?.index) {
        known.closed = true;
      } else if (message.type === 'finished') known.closed = true;
    }
    this.#read.events = this.player.events.length;
    return known;
  }
}

/** Some answer that fits: right or wrong, as chance has it. */
function choose({ ask }: Shown, chance: Chance): Choice {
  switch (ask.type) {
    case 'single_choice':
      return { type: 'option', value: chance.between(0, ask.options.length) };
    case 'multiple_choice':
      return { type: 'options', value: chance.one([[0, 1], [0, 2], [1], [0, 1, 2, 3]]) };
    case 'true_false':
      return { type: 'bool', value: chance.next() < 0.5 };
    case 'number':
      return { type: 'number', value: chance.one([56, 55.5, chance.between(0, 100)]) };
    case 'short_text':
      return { type: 'text', value: chance.one(['jupiter', 'Mars', 'no idea']) };
    default:
      throw new Error(`the script has no answer to ${ask.type}`);
  }
}
