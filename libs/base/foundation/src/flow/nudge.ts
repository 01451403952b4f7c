/** Lets one side wait for "something happened" and the other signal it; a signal between two waits is not lost. */
export class Nudge {
  #happened = false;
  #wake: (() => void) | null = null;

  nudge(): void {
    this.#happened = true;
    this.#wake?.();
  }

  /** Resolves at the next nudge (immediately if one came since the last wait), after `milliseconds`, or when aborted. */
  async wait(signal: AbortSignal, milliseconds?: number): Promise<void> {
    if (!this.#happened && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds);
        signal.addEventListener('abort', done, { once: true });
        this.#wake = done;
      });
      this.#wake = null;
    }
    this.#happened = false;
  }
}
