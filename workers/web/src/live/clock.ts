//! The server's clock, as well as it can be known here.

/** Counts on the device's clock between two messages of the server; never on its being right. */
export class ServerClock {
  #offset = 0;

  constructor(private readonly local: () => number = Date.now) {}

  /** The server's time now, in ms since 1970. */
  now(): number {
    return this.local() + this.#offset;
  }

  /** The server said `now` in answer to a frame that left `roundTrip` ms ago. */
  set(now: number, roundTrip: number): void {
    this.#offset = now + roundTrip / 2 - this.local();
  }

  /** The server cannot have sent this from the future. */
  atLeast(at: number): void {
    if (at > this.now()) this.#offset = at - this.local();
  }
}
