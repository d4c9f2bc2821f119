//! A scripted server for tests: sockets that are opened, answered and cut by hand.

import { vi } from 'vitest';
import { LiveClient, type Connection, type Options, type Session, type Socket } from './client';

/** A session whose messages are plain strings. */
export interface Chat extends Session {
  command: string;
  message: string;
  view: string[];
  state: number;
  reply: string;
}

/** One socket, seen from the server. */
export class FakeSocket implements Socket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  /** What the client sent. */
  readonly got: unknown[] = [];
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {}

  send(text: string): void {
    this.got.push(text === 'ping' ? 'ping' : JSON.parse(text));
  }

  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  /** Accepts the handshake. */
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** Says something. */
  say(frame: object | 'pong'): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /** Cuts the connection. */
  cut(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: '' });
  }

  /** Accepts, and welcomes with a fresh view. */
  welcome(more: { all?: number; lastId?: number; view?: string[] | null; now?: number } = {}): void {
    if (this.readyState === 0) this.accept();
    const view = more.view === undefined ? ['view'] : more.view;
    this.say({
      type: 'welcome',
      now: more.now ?? Date.now(),
      seat: 'seat_1',
      role: 'participant',
      channels: { all: more.all ?? 0 },
      last_id: more.lastId ?? 0,
      ...(view === null ? {} : { view }),
    });
  }

  /** Tells an event of channel `all`. */
  event(seq: number, message: string): void {
    this.say({ type: 'event', channel: 'all', seq, at: Date.now(), message });
  }

  /** The commands that came. */
  get commands(): { id: number; command: string }[] {
    return this.got.filter((frame): frame is { id: number; command: string } => (frame as { type?: string }).type === 'command');
  }

  /** The resume numbers of the hello, or none. */
  get resumed(): unknown {
    return (this.got[0] as { resume?: unknown } | undefined)?.resume;
  }
}

/** A client with its scripted server. */
export class Stage {
  readonly sockets: FakeSocket[] = [];
  readonly told: string[] = [];
  readonly states: number[] = [];
  readonly connections: Connection[] = [];
  /** The HTTP answers to requests for tickets; when empty, a ticket is given. */
  readonly tickets: Response[] = [];
  offline = false;
  readonly client: LiveClient<Chat>;

  constructor(more: Partial<Options<Chat>> = {}) {
    const sockets = this.sockets;
    this.client = new LiveClient<Chat>({
      origin: 'https://lectern.example',
      speedrun: 'run_1',
      token: 'token',
      random: () => 0,
      fetch: vi.fn(async () => {
        if (this.offline) throw new TypeError('offline');
        const given = { ticket: `t${this.sockets.length}`, live_url: '/v1/live/speedruns/run_1' };
        return this.tickets.shift() ?? Response.json(given, { status: 201 });
      }),
      WebSocket: class extends FakeSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols);
          sockets.push(this);
        }
      },
      listener: {
        view: (view) => this.told.push(...view),
        event: (message) => this.told.push(message),
        state: (_name, state) => this.states.push(state),
        connection: (connection) => this.connections.push(connection),
      },
      ...more,
    });
  }

  /** Opens, and gives the socket. */
  async opened(): Promise<FakeSocket> {
    this.client.open();
    return this.nextSocket();
  }

  /** Waits for the next socket, the pause before it included. */
  async nextSocket(within = 20_000): Promise<FakeSocket> {
    const before = this.sockets.length;
    for (let waited = 0; waited <= within && this.sockets.length === before; waited += 50) {
      await vi.advanceTimersByTimeAsync(waited === 0 ? 0 : 50);
    }
    const socket = this.sockets[before];
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  /** What the page shows. */
  get shows(): string {
    return this.client.connection.is === 'closed' ? this.client.connection.reason : this.client.connection.is;
  }
}
