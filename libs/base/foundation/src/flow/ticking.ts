/** Calls `work` every `intervalMs` until stopped, and once right away; it keeps no process alive. */
export function ticking(intervalMs: number, work: () => void): () => void {
  work();
  const timer = setInterval(work, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Runs one piece of work at a time: what is asked for meanwhile is left out. Failures are the work's own business. */
export class OneAtATime {
  #runs = false;

  try(work: () => Promise<void>): void {
    if (this.#runs) return;
    this.#runs = true;
    void work()
      .catch(() => {})
      .finally(() => (this.#runs = false));
  }
}
