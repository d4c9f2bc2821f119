//! What crossed the sockets, judged frame by frame, whatever a client library made of it.
import type { Player } from '../../harness/player';

type Numbers = Record<string, number>;

/** What a seat heard on all of its sockets. */
export class Wire {
  /** The last number seen of each channel. */
  readonly seen: Numbers = {};
  /** Every acknowledgement's text by its id. */
  readonly acks = new Map<number, string>();
  /** Every event's text by channel and number. */
  readonly events = new Map<string, string>();
  /** What was wrong, in words. */
  readonly faults: string[] = [];
  #promised: Numbers = {};

  /** Reads all frames of one program: a fresh view at its start, and never again. */
  constructor(player: Player) {
    let first = true;
    for (const text of player.heard.filter((text) => text.startsWith('{'))) {
      const frame = JSON.parse(text);
      if (frame.type === 'welcome') {
        this.#welcome(frame, first);
        first = false;
      } else if (frame.type === 'event') this.#event(frame, text);
      else if (frame.type === 'ack') this.#ack(frame.id, text);
    }
    this.#arrived();
  }

  #welcome(frame: { channels: Numbers; view?: unknown }, first: boolean): void {
    if (frame.view === undefined) {
      if (first) this.faults.push('the first welcome holds no view');
    } else {
      if (!first) this.faults.push(`a fresh view at ${JSON.stringify(frame.channels)} to a seat that had seen ${JSON.stringify(this.seen)}`);
      Object.assign(this.seen, frame.channels);
    }
    this.#promised = frame.channels;
  }

  #event(frame: { channel: string; seq: number }, text: string): void {
    const last = this.seen[frame.channel];
    if (frame.seq !== (last ?? 0) + 1) this.faults.push(`“${frame.channel}” ${frame.seq} after ${last}`);
    this.seen[frame.channel] = frame.seq;
    this.events.set(`${frame.channel} ${frame.seq}`, text);
  }

  #ack(id: number, text: string): void {
    const before = this.acks.get(id);
    if (before !== undefined && before !== text) this.faults.push(`two answers to command ${id}: ${before} and ${text}`);
    this.acks.set(id, text);
  }

  /** What the last welcome said was there has come. */
  #arrived(): void {
    for (const [channel, number] of Object.entries(this.#promised)) {
      if ((this.seen[channel] ?? 0) < number) this.faults.push(`“${channel}” has ${number} events, and ${this.seen[channel]} came`);
    }
  }
}

/** Whoever hears a channel hears the same under the same number, before and after a crash. */
export function contradictions(players: Player[]): string[] {
  const told = new Map<string, string>();
  const faults: string[] = [];
  for (const player of players) {
    const wire = new Wire(player);
    faults.push(...wire.faults.map((fault) => `${player.name ?? player.grant.role}: ${fault}`));
    for (const [place, text] of wire.events) {
      const key = place.startsWith('me ') ? `${player.grant.seat} ${place}` : place;
      const before = told.get(key);
      if (before !== undefined && before !== text) faults.push(`two events at ${key}: ${before} and ${text}`);
      told.set(key, text);
    }
  }
  return faults;
}
