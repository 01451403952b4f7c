import { BRIEF_MS } from './late-start.ts';

/** How often a run says that it is worked on, and looks whether it still is its job's. */
export const LOOK_EVERY_MS = 10_000;

/** What happens while a run lasts. */
export interface RunTimes {
  /** Once: it is not over as soon as most are. */
  lasts(): void;
  /** Time and again. */
  look(): void;
  /** It has had its time. */
  isOver(): void;
}

/**
 * Times a run. Most are over at once: until one has lasted, it has a single timer.
 * @param mayBeBrief otherwise it is known to last
 * @returns what stops all of it
 */
export function timeRun(leftMs: number, mayBeBrief: boolean, times: RunTimes): () => void {
  const until = performance.now() + leftMs;
  let looking: NodeJS.Timeout | undefined;
  let timer: NodeJS.Timeout | undefined;
  const last = (): void => {
    timer = setTimeout(times.isOver, Math.max(0, until - performance.now())).unref();
    looking = setInterval(times.look, LOOK_EVERY_MS).unref();
    times.lasts();
  };
  if (mayBeBrief) timer = setTimeout(last, Math.min(BRIEF_MS, leftMs));
  else last();
  return () => {
    clearTimeout(timer);
    clearInterval(looking);
  };
}
