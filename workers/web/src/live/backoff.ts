//! How long to wait before trying again.

const FIRST = 500;
const MOST = 15_000;

/** Doubling with jitter: a thousand clients that were dropped together do not come back together. */
export class Backoff {
  #failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** The wait before the next attempt, in ms; at least `least`. */
  next(least = 0): number {
    const ceiling = Math.min(MOST, FIRST * 2 ** this.#failures);
    this.#failures += 1;
    return Math.max(least, ceiling / 2 + (this.random() * ceiling) / 2);
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}
