//! A live run as one reactive value: what components read and send commands through.

import type { Command } from '../generated/Command';
import type { Message } from '../generated/Message';
import type { Reply } from '../generated/Reply';
import type { View } from '../generated/View';
import { LiveClient, type Ack, type Connection, type Options } from '../live';
import { apply, fromView, timeAll, timeLeft, total, type Run } from '../speedrun/state';

interface SpeedrunSession {
  command: Command;
  message: Message;
  view: View;
  state: unknown;
  reply: Reply;
}

declare global {
  interface Window {
    /** Set by tests: sees every frame of every live session on this page. */
    lecternRaw?: (direction: 'in' | 'out', text: string) => void;
  }
}

const TICK = 200;

/** A seat's run, kept up to date. */
export class LiveRun {
  run: Run | undefined = $state.raw();
  connection: Connection = $state.raw({ is: 'connecting' });
  /** The server's time, a few times a second while somebody looks. */
  now = $state(0);
  /** Commands that wait for their answer. */
  pending = $state(0);
  /** The time left and in all of the open question, in ms. */
  left = $derived(this.run === undefined ? undefined : timeLeft(this.run, this.now));
  all = $derived(this.run === undefined ? undefined : timeAll(this.run));

  #client: LiveClient<SpeedrunSession>;
  #stop: () => void;

  constructor(options: Omit<Options<SpeedrunSession>, 'listener' | 'origin'>) {
    this.#client = new LiveClient<SpeedrunSession>({
      ...options,
      origin: location.origin,
      listener: {
        view: (view, seat) => (this.run = fromView(view, seat.id, seat.role, this.run)),
        event: (message) => (this.run = this.run && apply(this.run, message)),
        state: (name, state) => (this.run = this.run && total(this.run, name, state)),
        connection: (connection) => (this.connection = connection),
        raw: (direction, text) => window.lecternRaw?.(direction, text),
      },
    });
    this.#stop = this.#listen();
    this.#client.open();
  }

  /** Has a command done. */
  async send(command: Command): Promise<Ack<Reply>> {
    const answer = this.#client.send(command);
    this.pending = this.#client.pending;
    try {
      return await answer;
    } finally {
      this.pending = this.#client.pending;
    }
  }

  /** Tries to connect now; takes a seat back that was opened elsewhere. */
  retry(): void {
    this.#client.wake();
    this.#client.open();
  }

  /** Leaves the page's seat. */
  close(): void {
    this.#stop();
    this.#client.close();
  }

  #listen(): () => void {
    const tick = () => (this.now = this.#client.clock.now());
    const wake = () => {
      if (document.visibilityState === 'hidden') return;
      tick();
      this.#client.wake();
    };
    const timer = setInterval(tick, TICK);
    tick();
    const doubt = () => this.#client.doubt();
    addEventListener('online', wake);
    addEventListener('offline', doubt);
    addEventListener('pageshow', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      clearInterval(timer);
      removeEventListener('online', wake);
      removeEventListener('offline', doubt);
      removeEventListener('pageshow', wake);
      document.removeEventListener('visibilitychange', wake);
    };
  }
}
