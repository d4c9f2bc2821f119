//! How far each channel was seen.
//!
//! Invariant: what passes is the channel's next event, in order, each once.

/** What to do with an event. */
export type Verdict = 'next' | 'duplicate' | 'gap';

/** The numbers of a client's channels. */
export class Channels {
  #seen: Map<string, number> | undefined;

  /** For `hello`; nothing before the first view. */
  get resume(): Record<string, number> | undefined {
    return this.#seen === undefined ? undefined : Object.fromEntries(this.#seen);
  }

  /** A fresh view was taken at these numbers. */
  restart(channels: Record<string, number>): void {
    this.#seen = new Map(Object.entries(channels));
  }

  /** Whether what the server has can follow what was seen. */
  canFollow(channels: Record<string, number>): boolean {
    const seen = this.#seen;
    return seen !== undefined && [...seen].every(([name, seq]) => (channels[name] ?? 0) >= seq);
  }

  /** Judges an event and counts it if it is the next one. */
  judge(channel: string, seq: number): Verdict {
    const seen = this.#seen?.get(channel) ?? 0;
    if (seq <= seen) return 'duplicate';
    if (this.#seen === undefined || seq > seen + 1) return 'gap';
    this.#seen.set(channel, seq);
    return 'next';
  }

  /** Only a fresh view will do. */
  forget(): void {
    this.#seen = undefined;
  }
}
