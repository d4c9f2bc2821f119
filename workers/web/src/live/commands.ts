//! Commands that were not answered yet.
//!
//! Invariant: at most one is on its way, so that ids rise by one within the seat whatever is refused;
//! a command leaves the queue only with an answer, or when the client is closed for good. It is written
//! once: sent again, it is the same text, by which the server knows it again.

/** A command was done and is durable. */
export interface Ack<R> {
  id: number;
  at: number;
  reply: R;
}

/** A command was not done. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly field?: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Refused';
  }
}

interface Waiting<R> {
  /** The command as JSON. */
  text: string;
  resolve(ack: Ack<R>): void;
  reject(refused: Refused): void;
}

/** The id was accepted for a command of somebody else with this seat, say another tab: ours was not. */
const ID_REUSED = 'id_reused';

/** The queue of one seat. `send` writes a command's JSON to the socket of the moment. */
export class CommandQueue<C, R> {
  #waiting: Waiting<R>[] = [];
  #lastId = 0;
  /** The id of the first command, once it has been sent; kept over reconnects. */
  #sentAs: number | undefined;
  #open = false;

  constructor(private readonly send: (id: number, text: string) => void) {}

  /** How many commands wait for their answer. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds a command; settles when it is answered. */
  add(command: C): Promise<Ack<R>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: JSON.stringify(command), resolve, reject });
      if (this.#waiting.length === 1) this.#sendFirst();
    });
  }

  /**
   * A socket was welcomed. What was on its way is sent again: under its old id if the server has
   * accepted that (the stored answer comes back), else under the next free one.
   */
  welcomed(lastId: number): void {
    this.#open = true;
    this.#lastId = lastId;
    if (this.#sentAs !== undefined && this.#sentAs > lastId) this.#sentAs = undefined;
    this.#sendFirst();
  }

  /** The socket is gone. */
  disconnected(): void {
    this.#open = false;
  }

  /** The server did it. */
  acked(ack: Ack<R>): void {
    this.#lastId = Math.max(this.#lastId, ack.id);
    if (ack.id !== this.#sentAs) return;
    this.#next()?.resolve(ack);
    this.#sendFirst();
  }

  /**
   * The server did not do it. Without an id the frame could not be read: it can only be the one on its way.
   *
   * `id_reused` does not reach who gave the command. A command is sent under a second id only when the
   * first was never accepted, so what the server has under this id was never ours: ours gets the next one.
   */
  refused(id: number | undefined, refused: Refused): void {
    if (this.#sentAs === undefined || (id !== undefined && id !== this.#sentAs)) return;
    if (refused.code === ID_REUSED) {
      this.#lastId = Math.max(this.#lastId, this.#sentAs);
      this.#sentAs = undefined;
      return this.#sendFirst();
    }
    this.#next()?.reject(refused);
    this.#sendFirst();
  }

  /** Nothing will be answered any more. */
  giveUp(refused: Refused): void {
    this.#open = false;
    while (this.#waiting.length > 0) this.#next()?.reject(refused);
  }

  #next(): Waiting<R> | undefined {
    this.#sentAs = undefined;
    return this.#waiting.shift();
  }

  #sendFirst(): void {
    const first = this.#waiting[0];
    if (!this.#open || first === undefined) return;
    this.#sentAs ??= this.#lastId + 1;
    this.send(this.#sentAs, first.text);
  }
}
