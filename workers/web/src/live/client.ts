//! The one client of live sessions, protocol `lectern.v1`.
//!
//! Invariant: a listener sees a view, then every later event of each channel once and in order, or
//! another view. It never sees a gap, a duplicate, or a state older than one it saw on this socket.
//! Knows no DOM: the WebSocket constructor, fetch, the clock and randomness can be handed in.

import type { ClientFrame } from '../generated/ClientFrame';
import type { Role } from '../generated/Role';
import type { ServerFrame } from '../generated/ServerFrame';
import { Backoff } from './backoff';
import { Channels } from './channels';
import { ServerClock } from './clock';
import { closeReason, comesBack } from './close';
import { CommandQueue, Refused, type Ack } from './commands';
import { NoTicket, fetchTicket, socketUrl, type Ticket, type TicketSource } from './tickets';

/** The sub-protocol. */
export const PROTOCOL = 'lectern.v1';

const PING_EVERY = 25_000;
const PONG_WITHIN = 10_000;
/** The same when there is reason to doubt the socket. */
const DOUBTED_PONG_WITHIN = 5_000;
/** A command that has no answer by then casts doubt on the socket. */
const ANSWER_WITHIN = 5_000;
const OPEN_WITHIN = 15_000;
const SEEN_EVERY = 2_000;
const SEEN_AFTER = 64;
const STABLE_AFTER = 5_000;
/** The least wait after a close that says the server is under pressure. */
const PRESSURE_WAIT = 2_000;

/** The messages of one kind of session. */
export interface Session {
  command: unknown;
  message: unknown;
  view: unknown;
  state: unknown;
  reply: unknown;
}

/** What a page shows about the connection. */
export type Connection =
  | { is: 'connecting' }
  | { is: 'online' }
  | { is: 'waiting'; until: number }
  | { is: 'closed'; reason: string };

/** What a client tells. */
export interface Listener<S extends Session> {
  view?(view: S['view'], seat: { id: string; role: Role }): void;
  event?(message: S['message'], at: number, channel: string, seq: number): void;
  state?(name: string, state: S['state']): void;
  connection?(connection: Connection): void;
  /** Every text frame as it crossed the wire, for tests and tools. */
  raw?(direction: 'in' | 'out', text: string): void;
}

/** The part of a WebSocket that is used; the browser's and that of `ws` both fit. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** How a client is made. */
export interface Options<S extends Session> extends TicketSource {
  listener: Listener<S>;
  /** The first ticket, if one came with the seat or is on its way; it is used once. */
  ticket?: (Ticket & { ticket_expires_at?: string }) | Promise<Ticket> | undefined;
  /** Every ticket that was fetched, with whatever else the answer held. */
  onTicket?(ticket: Ticket & Record<string, unknown>): void;
  WebSocket?: new (url: string, protocols: string[]) => Socket;
  fetch?: typeof fetch;
  now?: () => number;
  random?: () => number;
}

type Frame<S extends Session> = ServerFrame<S['message'], S['view'], S['state'], S['reply']>;

/** A seat's connection, kept up until it is closed for good. */
export class LiveClient<S extends Session> {
  readonly clock: ServerClock;
  #options: Options<S>;
  #now: () => number;
  #connection: Connection = { is: 'closed', reason: 'new' };
  #channels = new Channels();
  #versions = new Map<string, number>();
  #queue: CommandQueue<S['command'], S['reply']>;
  #backoff: Backoff;
  #spareTicket: Ticket | Promise<Ticket> | undefined;
  #socket: Socket | undefined;
  #welcomed = false;
  #helloAt = 0;
  #unreported = 0;
  #unreportedEvents = false;
  /** Rises with every attempt, so that what belongs to an earlier one is recognised. */
  #attempt = 0;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(options: Options<S>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#backoff = new Backoff(options.random);
    this.#spareTicket = options.ticket;
    this.clock = new ServerClock(this.#now);
    this.#queue = new CommandQueue((id, text) => this.#command(id, text));
  }

  /** How the connection is. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Commands without an answer so far. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Connects, also after a close for good. */
  open(): void {
    if (this.#connection.is === 'closed') this.#connect();
  }

  /** Has a command done; waits through reconnects. Rejects with `Refused`. */
  send(command: S['command']): Promise<Ack<S['reply']>> {
    if (this.#connection.is === 'closed') {
      return Promise.reject(new Refused(this.#connection.reason, 'The connection is closed.'));
    }
    return this.#queue.add(command);
  }

  /** The device woke up or is online again: tries at once, or makes sure that the socket still lives. */
  wake(): void {
    if (this.#connection.is === 'waiting') {
      this.#backoff.reset();
      this.#connect();
    } else {
      this.doubt();
    }
  }

  /** The network may be gone: finds out whether the socket still lives. */
  doubt(): void {
    if (this.#connection.is === 'online') this.#ping(DOUBTED_PONG_WITHIN);
  }

  /** Leaves. */
  close(reason = 'left'): void {
    this.#closed(reason);
  }

  #connect(): void {
    this.#drop();
    this.#become({ is: 'connecting' });
    const attempt = this.#attempt;
    this.#after('open', OPEN_WITHIN, () => this.#retry());
    this.#takeTicket().then(
      (ticket) => {
        if (attempt === this.#attempt) this.#openSocket(ticket);
      },
      (error: unknown) => {
        if (attempt !== this.#attempt) return;
        if (error instanceof NoTicket && error.final) this.#closed(error.code);
        else this.#retry(error instanceof NoTicket ? error.retryAfter : 0);
      },
    );
  }

  async #takeTicket(): Promise<Ticket> {
    const spare = this.#spareTicket;
    this.#spareTicket = undefined;
    if (spare !== undefined) return spare;
    const ticket = await fetchTicket(this.#options, this.#options.fetch ?? globalThis.fetch.bind(globalThis));
    this.#options.onTicket?.({ ...ticket });
    return ticket;
  }

  #openSocket(ticket: Ticket): void {
    const Constructor = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as NonNullable<Options<S>['WebSocket']>);
    const socket = new Constructor(socketUrl(this.#options.origin, ticket.live_url), [PROTOCOL, `ticket.${ticket.ticket}`]);
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => this.#received(event.data);
    socket.onerror = () => undefined; // `close` follows and says more
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    };
  }

  #hello(): void {
    this.#helloAt = this.#now();
    const resume = this.#channels.resume;
    this.#frame(resume === undefined ? { type: 'hello' } : { type: 'hello', resume });
  }

  #received(data: unknown): void {
    if (typeof data !== 'string') return;
    this.#options.listener.raw?.('in', data);
    this.#stop('pong');
    if (data === 'pong') return;
    const frame = this.#parse(data);
    if (frame === undefined) return;
    if (!this.#welcomed && frame.type === 'refused') return this.#startAfresh(); // the hello itself
    if (!this.#welcomed && frame.type !== 'welcome') return;
    this.#handle(frame);
    if (this.#welcomed) this.#count(frame);
  }

  #parse(text: string): Frame<S> | undefined {
    try {
      return JSON.parse(text) as Frame<S>;
    } catch {
      return undefined;
    }
  }

  #handle(frame: Frame<S>): void {
    const { listener } = this.#options;
    switch (frame.type) {
      case 'welcome':
        return this.#welcome(frame);
      case 'event':
        return this.#event(frame);
      case 'state':
        if (frame.version <= (this.#versions.get(frame.name) ?? -1)) return;
        this.#versions.set(frame.name, frame.version);
        return listener.state?.(frame.name, frame.state);
      case 'ack':
        this.#stop('answer');
        this.clock.atLeast(frame.at);
        return this.#queue.acked({ id: frame.id, at: frame.at, reply: frame.reply });
      case 'refused':
        this.#stop('answer');
        return this.#queue.refused(frame.id, new Refused(frame.code, frame.detail, frame.field));
      default: // a newer server may say more
    }
  }

  #welcome(frame: Extract<Frame<S>, { type: 'welcome' }>): void {
    if (frame.view === undefined && !this.#channels.canFollow(frame.channels)) return this.#startAfresh();
    this.#welcomed = true;
    this.#stop('open');
    this.clock.set(frame.now, this.#now() - this.#helloAt);
    if (frame.view !== undefined) {
      this.#channels.restart(frame.channels);
      this.#options.listener.view?.(frame.view, { id: frame.seat, role: frame.role });
    }
    this.#become({ is: 'online' });
    this.#after('stable', STABLE_AFTER, () => this.#backoff.reset());
    this.#after('ping', PING_EVERY, () => this.#ping());
    this.#queue.welcomed(frame.last_id);
  }

  #event(frame: Extract<Frame<S>, { type: 'event' }>): void {
    const verdict = this.#channels.judge(frame.channel, frame.seq);
    if (verdict === 'gap') return this.#startAfresh();
    if (verdict === 'duplicate') return;
    this.clock.atLeast(frame.at);
    this.#options.listener.event?.(frame.message, frame.at, frame.channel, frame.seq);
  }

  /** What came cannot follow what was seen: only a fresh view helps. */
  #startAfresh(): void {
    this.#channels.forget();
    this.#retry();
  }

  /** Reports what was seen: soon after events, and within 64 messages of any kind. */
  #count(frame: Frame<S>): void {
    if (frame.type === 'welcome') return;
    this.#unreported += 1;
    this.#unreportedEvents ||= frame.type === 'event';
    if (this.#unreported >= SEEN_AFTER) return this.#report();
    if (!this.#unreportedEvents || this.#timers.has('seen')) return;
    // Jitter: one event to all must not bring every client's report back in the same moment.
    const random = this.#options.random ?? Math.random;
    this.#after('seen', SEEN_EVERY * (0.5 + random() / 2), () => this.#report());
  }

  #report(): void {
    this.#stop('seen');
    this.#unreported = 0;
    this.#unreportedEvents = false;
    this.#frame({ type: 'seen', channels: this.#channels.resume ?? {} });
  }

  #command(id: number, text: string): void {
    this.#write(`{"type":"command","id":${id},"command":${text}}`);
    this.#after('answer', ANSWER_WITHIN, () => {
      this.#ping();
      // A pong comes from the edge, not from the session: without an answer the socket is as good as lost.
      this.#after('answer', ANSWER_WITHIN, () => this.#retry());
    });
  }

  #ping(within = PONG_WITHIN): void {
    this.#stop('ping');
    this.#write('ping');
    if (!this.#timers.has('pong')) this.#after('pong', within, () => this.#retry());
    this.#after('ping', PING_EVERY, () => this.#ping());
  }

  #lost(code: number): void {
    if (!comesBack(code)) return this.#closed(closeReason(code) ?? 'closed');
    const pressed = closeReason(code) !== undefined && closeReason(code) !== 'restart';
    this.#retry(pressed ? PRESSURE_WAIT : 0);
  }

  #retry(least = 0): void {
    this.#drop();
    const wait = this.#backoff.next(least);
    this.#become({ is: 'waiting', until: this.#now() + wait });
    this.#after('retry', wait, () => this.#connect());
  }

  #closed(reason: string): void {
    this.#drop();
    this.#become({ is: 'closed', reason });
    this.#queue.giveUp(new Refused(reason, 'The connection was closed.'));
  }

  /** Lets go of the socket and of everything that waits for it. */
  #drop(): void {
    this.#attempt += 1;
    for (const name of [...this.#timers.keys()]) this.#stop(name);
    this.#queue.disconnected();
    this.#versions.clear();
    this.#welcomed = false;
    this.#unreported = 0;
    this.#unreportedEvents = false;
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  #frame(frame: Exclude<ClientFrame<never>, { type: 'command' }>): void {
    this.#write(JSON.stringify(frame));
  }

  #write(text: string): void {
    if (this.#socket?.readyState !== 1) return; // what matters is sent again after the welcome
    this.#options.listener.raw?.('out', text);
    this.#socket.send(text);
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.#options.listener.connection?.(connection);
  }

  #after(name: string, wait: number, then: () => void): void {
    this.#stop(name);
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        then();
      }, wait),
    );
  }

  #stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
