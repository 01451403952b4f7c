/** The longest wait of Node's timers, about 25 days: they fire at once when asked for a longer one. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `work` once after any number of milliseconds, unless stopped before; does not keep the process alive. @returns a function that stops it */
export function longTimer(milliseconds: number, work: () => void): () => void {
  const until = performance.now() + milliseconds;
  const arm = (leftMs: number): NodeJS.Timeout =>
    setTimeout(ring, Math.min(leftMs, LONGEST_TIMER_MS)).unref();
  const ring = (): void => {
    const leftMs = until - performance.now();
    if (leftMs > 0) timer = arm(leftMs);
    else work();
  };
  let timer = arm(Math.max(0, milliseconds));
  return () => clearTimeout(timer);
}
