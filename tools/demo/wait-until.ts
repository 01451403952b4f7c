import { setTimeout as pause } from 'node:timers/promises';

/** Something that the story promises did not come in time. */
class DidNotArriveError extends Error {
  constructor(what: string, seconds: number, lastSeen: string, options?: ErrorOptions) {
    super(`Waited ${seconds} s for ${lowered(what)}, without success. Last seen: ${lastSeen}`, options);
    this.name = 'DidNotArriveError';
  }
}

/** `The arrival …` in the middle of a sentence. */
const lowered = (what: string): string => what.replace(/^The /, 'the ');

const TELL_EVERY_MS = 5_000;

/**
 * Looks until it is so (`true`) and answers how many milliseconds that took; a text is what was seen instead. While it takes long,
 * it says what it waits for.
 */
export async function waitUntil(
  what: string,
  look: () => Promise<true | string>,
  {
    seconds = 120,
    everyMs = 2,
    tellEveryMs = TELL_EVERY_MS,
    signal,
  }: { seconds?: number; everyMs?: number; tellEveryMs?: number; signal?: AbortSignal } = {},
): Promise<number> {
  const began = performance.now();
  let tellAt = tellEveryMs;
  for (;;) {
    const seen = await look().catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    const passed = performance.now() - began;
    if (seen === true) return passed;
    if (passed > seconds * 1_000) throw new DidNotArriveError(what, seconds, seen);
    signal?.throwIfAborted();
    if (passed > tellAt) {
      console.log(`  Waiting   for ${lowered(what)} (${Math.round(passed / 1_000)} s so far)`);
      tellAt = passed + tellEveryMs;
    }
    await pause(everyMs);
  }
}
