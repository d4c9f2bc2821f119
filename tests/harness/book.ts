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
  at: number;
}

/** The script's own record of a run. */
export class Book {
  readonly entries = new Map<string, Entry>();

  /** What a report will say of an answer: reports name options as the author did. */
  constructor(private readonly authors: (index: number, choice: Choice, player: Player) => Choice = (_, choice) => choice) {}

  /** Notes an acknowledged answer. The same one acknowledged again must be the same. */
  answered(player: Player, reply: Reply, at: number): void {
    if (reply.type !== 'answered') throw new Error(`an answer was acknowledged with ${reply.type}`);
    const entry = { seat: player.grant.seat, name: player.name, index: reply.index, choice: this.authors(reply.index, reply.choice, player), used: reply.used, at };
    const key = `${entry.seat} ${entry.index}`;
    const before = this.entries.get(key);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(entry)) {
      throw new Error(`two acknowledgements differ: ${JSON.stringify([before, entry])}`);
    }
    this.entries.set(key, entry);
  }

  /** What a seat answered to a question. */
  of(seat: string, index: number): Entry | undefined {
    return this.entries.get(`${seat} ${index}`);
  }

  /** All answers, in a fixed order. */
  all(): Entry[] {
    return [...this.entries.values()].sort((a, b) => (a.seat + a.index).localeCompare(b.seat + b.index));
  }
}
