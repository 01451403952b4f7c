/**
 * Batches by turns of the event loop. What is sent within one turn goes out in one write, and each write is a system call that
 * costs more than a small message. A lone sender only waits for the end of the turn.
 */
export class Turn {
  #next: Promise<void> | null = null;

  /** The end of this turn, shared by all callers within it. */
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
