//! A seat that plays: the client library that our pages use, driven by a script.
import WebSocket from 'ws';
import { LiveClient, type Ack, type Session, type Socket } from '../../workers/web/src/live';
import type { Choice } from '../../workers/web/src/generated/Choice';
import type { Command } from '../../workers/web/src/generated/Command';
import type { Message } from '../../workers/web/src/generated/Message';
import type { Reply } from '../../workers/web/src/generated/Reply';
import type { Shown } from '../../workers/web/src/generated/Shown';
import type { Total } from '../../workers/web/src/generated/Total';
import type { View } from '../../workers/web/src/generated/View';
import { must, type Api } from './api';
import type { Book } from './book';
import { watch } from './leaks';
import { join, screen, ticket, type Run, type SeatGrant } from './run';
import { liveOrigin, origin } from './server';
import { eventually } from './time';

export interface Speedrun extends Session {
  command: Command;
  message: Message;
  view: View;
  state: Total;
  reply: Reply;
}

/** An event as the page would see it. */
export interface Seen {
  channel: string;
  seq: number;
  at: number;
  message: Message;
}

type Of<T extends Message['type']> = Extract<Message, { type: T }>;

/** A socket to wherever `live` is: production's router would tell by the path. */
class AtLive extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url.replace(new URL(origin()).host, new URL(liveOrigin()).host), protocols);
  }
}

/** One seat with its connection and everything it was told. */
export class Player {
  readonly events: Seen[] = [];
  readonly views: View[] = [];
  /** Every text frame that came in. */
  readonly heard: string[] = [];
  readonly totals = new Map<string, Total>();
  readonly client: LiveClient<Speedrun>;
  /** Called with every question that opens for this seat, also one found open on coming back. */
  onQuestion: (question: Shown) => void = () => undefined;
  #step = 0;

  private constructor(
    readonly grant: SeatGrant,
    readonly run: Run,
  ) {
    this.client = new LiveClient<Speedrun>({
      origin: origin(),
      speedrun: run.id,
      token: grant.token,
      ticket: { ticket: grant.ticket, live_url: grant.live_url },
      WebSocket: AtLive as unknown as new (url: string, protocols: string[]) => Socket,
      listener: {
        view: (view) => this.#view(view),
        event: (message, at, channel, seq) => this.#event({ message, at, channel, seq }),
        state: (name, state) => this.totals.set(name, state),
        raw: (direction, text) => {
          if (direction === 'out') return;
          this.heard.push(text);
          watch(text, grant.ticket);
        },
      },
    });
  }

  /** Takes a seat by code, and connects. */
  static async join(run: Run, name: string): Promise<Player> {
    return Player.of(run, must(await join(run, name), 201) as SeatGrant);
  }

  /** Opens a host's or wall's screen. */
  static async screen(owner: Api, run: Run, role: 'host' | 'wall' = 'host', name?: string): Promise<Player> {
    return Player.of(run, await screen(owner, run, role, name));
  }

  /** Connects a seat that was given already. */
  static async of(run: Run, grant: SeatGrant): Promise<Player> {
    const player = new Player(grant, run);
    player.client.open();
    await eventually(`the first view of ${grant.name ?? grant.role}`, () => player.views[0], 20_000, 10);
    return player;
  }

  /** The same seat in a program that was started afresh: it knows nothing but its token. */
  async again(): Promise<Player> {
    this.client.close();
    return Player.of(this.run, { ...this.grant, ...(await ticket(this.run, this.grant.token)) });
  }

  get name(): string {
    return this.grant.name;
  }

  get view(): View {
    const last = this.views.at(-1);
    if (last === undefined) throw new Error('no view yet');
    return last;
  }

  /** The run's step as far as this seat knows it. */
  get step(): number {
    return this.#step;
  }

  /** Gives a command and waits until it is acknowledged. */
  send(command: Command): Promise<Ack<Reply>> {
    return this.client.send(command);
  }

  /** Gives a host command that names the step. */
  tell(type: 'start' | 'next' | 'reveal' | 'pause' | 'resume' | 'end'): Promise<Ack<Reply>> {
    return this.send({ type, seen: this.#step });
  }

  /** Answers, and notes in the book what was acknowledged. */
  async answer(index: number, choice: Choice, book?: Book): Promise<Ack<Reply>> {
    const ack = await this.send({ type: 'answer', index, choice });
    book?.answered(this, ack.reply, ack.at);
    return ack;
  }

  /** The first event of this kind that fits, waiting for it. */
  told<T extends Message['type']>(type: T, fits: (message: Of<T>) => boolean = () => true, within = 20_000): Promise<Of<T>> {
    const found = () =>
      this.events.map((event) => event.message).find((message): message is Of<T> => message.type === type && fits(message as Of<T>));
    return eventually(`“${type}” for ${this.name ?? this.grant.role}`, found, within, 10);
  }

  /** Waits until the question of this index is open for everybody. */
  async opened(index: number, within?: number): Promise<Shown> {
    return (await this.told('opened', (message) => message.question.index === index, within)).question;
  }

  close(): void {
    this.client.close();
  }

  /** The numbers seen on each channel: dense, or the client library has lied. */
  numbers(): Map<string, number[]> {
    const numbers = new Map<string, number[]>();
    for (const { channel, seq } of this.events) numbers.set(channel, [...(numbers.get(channel) ?? []), seq]);
    return numbers;
  }

  #view(view: View): void {
    this.views.push(view);
    this.#step = view.step;
    if (view.current !== null && view.current !== undefined && view.phase === 'running' && view.current.answered === undefined) {
      this.onQuestion(view.current.question);
    }
  }

  #event(seen: Seen): void {
    this.events.push(seen);
    const { message } = seen;
    if ('step' in message && message.step !== undefined) this.#step = message.step;
    if (message.type === 'opened') this.onQuestion(message.question);
  }
}
