//! What was done and what was checked, for whoever reads it, and for whoever must find out what went wrong.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTPUT } from '../../harness/server';

/** Where the last failure is kept, for `cargo xtask faults`. */
const VERDICT = join(OUTPUT, 'faults.json');

/** A check that did not hold. */
export class Broken extends Error {
  constructor(
    readonly check: string,
    detail: string,
  ) {
    super(`${check}: ${detail}`);
    this.name = 'Broken';
  }
}

/** The story of one series of rounds. */
export class History {
  readonly #lines: string[] = [];
  readonly #held = new Map<string, number>();
  readonly #begun = Date.now();

  constructor(readonly seed: string) {
    this.say(`seed ${seed}`);
  }

  /** Notes what was done, and prints it. */
  say(line: string): void {
    process.stdout.write(`  ${line}\n`);
    this.note(line);
  }

  /** Notes what only matters when something goes wrong. */
  note(line: string): void {
    this.#lines.push(`${((Date.now() - this.#begun) / 1_000).toFixed(3)} ${line}`);
  }

  /** A check: `fault` says what is wrong; nothing, if it holds. */
  check(name: string, fault: string | undefined): void {
    if (fault !== undefined) throw new Broken(name, fault);
    this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
  }

  /** A check that is an assertion of its own. */
  async holds<T>(name: string, assertion: () => Promise<T>): Promise<T> {
    try {
      const value = await assertion();
      this.check(name, undefined);
      return value;
    } catch (error) {
      throw error instanceof Broken ? error : new Broken(name, error instanceof Error ? error.message : String(error));
    }
  }

  /** How often each check held. */
  summary(): string[] {
    return [...this.#held].map(([name, times]) => `${String(times).padStart(6)} × ${name}`);
  }

  /** Keeps everything of a failure; where it lies. */
  keep(error: unknown): string {
    mkdirSync(OUTPUT, { recursive: true });
    // A script that fails by itself has found nothing, and names no check.
    const check = error instanceof Broken ? error.check : null;
    const message = error instanceof Error ? error.message : String(error);
    writeFileSync(VERDICT, JSON.stringify({ seed: this.seed, check, message }));
    const path = join(OUTPUT, `faults-${this.seed}.log`);
    writeFileSync(path, [...this.#lines, `FAILED ${message}`, ...this.summary()].join('\n'));
    return path;
  }
}
