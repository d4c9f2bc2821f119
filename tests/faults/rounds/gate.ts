//! Lets everybody go on, or nobody: between two rounds nothing may move.

/** Closed at first. */
export class Gate {
  isOpen = false;
  over = false;
  #waiting: (() => void)[] = [];

  /** Resolves while it is open, or when all is over. */
  async pass(): Promise<void> {
    if (!this.isOpen && !this.over) await new Promise<void>((done) => this.#waiting.push(done));
  }

  open(): void {
    this.isOpen = true;
    this.#release();
  }

  close(): void {
    this.isOpen = false;
  }

  /** Nobody goes on, and nobody waits. */
  end(): void {
    this.over = true;
    this.isOpen = false;
    this.#release();
  }

  #release(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}
