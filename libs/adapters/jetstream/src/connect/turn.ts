/**
 * The turns of the event loop. What many send in one turn goes out in one write, and each write is a system call that costs more than a
 * small message. Who sends alone waits for nothing but the end of the turn.
 */
export class Turn {
  #next: Promise<void> | null = null;

  /** The end of this turn, the same for all that ask in it. */
  end(): Promise<void> {
    this.#next ??= new Promise((resolve) =>
      setImmediate(() => {
        this.#next = null;
        resolve();
      }),
    );
    return this.#next;
  }
}
