/** Calls `work` immediately and then every `intervalMs` until stopped, without keeping the process alive. */
export function ticking(intervalMs: number, work: () => void): () => void {
  work();
  const timer = setInterval(work, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Runs one piece of work at a time and drops requests that come meanwhile. `work` handles its own failures. */
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
