//! What the script knows for certain: everything that was acknowledged. The report must say the same.
import type { Choice } from '../../workers/web/src/generated/Choice';
import type { Reply } from '../../workers/web/src/generated/Reply';
import type { Player } from './player';

export interface Entry {
  seat: string;
  name: string;
  index: number;
  choice: Choice;
  used: number;
  /** When it was acknowledged; none: the seat learnt of it otherwise. */
  at?: number;
}

/** The script's own record of a run. */
export class Book {
  readonly entries = new Map<string, Entry>();

  /** What a report will say of an answer: reports name options as the author did. */
  constructor(private readonly authors: (index: number, choice: Choice, player: Player) => Choice = (_, choice) => choice) {}

  /** Notes an acknowledged answer. The same one acknowledged again must be the same. */
  answered(player: Player, reply: Reply, at: number): void {
    if (reply.type !== 'answered') throw new Error(`an answer was acknowledged with ${reply.type}`);
    this.#note(player, reply, at);
  }

  /** Notes an answer of which the seat was told without an acknowledgement: it came back as a fresh program. */
  learnt(player: Player, told: { index: number; choice: Choice; used: number }): void {
    this.#note(player, told);
  }

  /** How many answered a question. */
  count(index: number): number {
    return this.all().filter((entry) => entry.index === index).length;
  }

  /** What a seat answered to a question. */
  of(seat: string, index: number): Entry | undefined {
    return this.entries.get(`${seat} ${index}`);
  }

  /** All answers, in a fixed order. */
  all(): Entry[] {
    return [...this.entries.values()].sort((a, b) => (a.seat + a.index).localeCompare(b.seat + b.index));
  }

  #note(player: Player, told: { index: number; choice: Choice; used: number }, at?: number): void {
    const { index, used } = told;
    const entry: Entry = { seat: player.grant.seat, name: player.name, index, choice: this.authors(index, told.choice, player), used };
    const key = `${entry.seat} ${index}`;
    const before = this.entries.get(key);
    if (before !== undefined && JSON.stringify({ ...before, at: undefined }) !== JSON.stringify({ ...entry, at: undefined })) {
      throw new Error(`two acknowledgements differ: ${JSON.stringify([before, entry])}`);
    }
    if (before?.at !== undefined && at !== undefined && before.at !== at) {
      throw new Error(`one answer was acknowledged as of two times: ${before.at} and ${at}`);
    }
    this.entries.set(key, at === undefined ? (before ?? entry) : { ...entry, at });
  }
}
