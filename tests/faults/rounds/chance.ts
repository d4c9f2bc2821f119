//! Randomness from a seed: the same seed makes the same decisions, whoever comes first.

/** A stream of random numbers with a name of its own within its seed. */
export class Chance {
  #state: number;

  constructor(readonly seed: string) {
    // FNV-1a, so that neighbouring names start far apart.
    this.#state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5) >>> 0;
  }

  /** A stream that belongs to `name`. */
  of(name: string): Chance {
    return new Chance(`${this.seed}/${name}`);
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` up to, not including, `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  one<T>(of: readonly T[]): T {
    return of[this.between(0, of.length)]!;
  }

  /** So many of them, in random order. */
  some<T>(of: readonly T[], count: number): T[] {
    const rest = [...of];
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(this.between(0, rest.length), 1)[0]!);
  }
}
