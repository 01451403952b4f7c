import { BRIEF_MS } from './late-start.ts';

/** How often a run reports that it is worked on, and checks whether it still is its job's. */
export const LOOK_EVERY_MS = 10_000;

/** What happens while a run lasts. */
export interface RunTimes {
  /** Called once, when it outlasts most runs. */
  lasts(): void;
  /** Called again and again. */
  look(): void;
  /** Called when its time is up. */
  isOver(): void;
}

/**
 * Times a run. Most are over at once: until one has lasted, it has a single timer.
 * @param mayBeBrief otherwise it is known to last
 * @returns a function that stops the timers
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
