/** Calls `work` every `intervalMs` until stopped, and once right away; it keeps no process alive. */
export function ticking(intervalMs: number, work: () => void): () => void {
  work();
  const timer = setInterval(work, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Runs one piece of work at a time: what is asked for meanwhile is left out. Failures are the work's own business. */
export class OneAtATime {
  #running: Promise<void> | null = null;

  try(work: () => Promise<void>): void {
    this.#running ??= work()
      .catch(() => {})
      .finally(() => (this.#running = null));
  }

  /** Answers when nothing runs. */
  async settled(): Promise<void> {
    await this.#running;
  }
}
