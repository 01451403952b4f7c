import { setTimeout as pause } from 'node:timers/promises';

/** Something that the story promised did not happen in time. */
class DidNotArriveError extends Error {
  constructor(what: string, seconds: number, lastSeen: string) {
    super(`Waited ${seconds} s for ${lowered(what)}, without success. Last seen: ${lastSeen}`);
    this.name = 'DidNotArriveError';
  }
}

/** Thrown by `look` when further attempts are pointless: the wait ends immediately, with this message. */
export class HopelessError extends Error {
  override readonly name = 'HopelessError';
}

/** `The arrival …` in the middle of a sentence. */
const lowered = (what: string): string => what.replace(/^The /, 'the ');

const TELL_EVERY_MS = 5_000;
const LONGEST_SEEN = 160;

const shortened = (seen: string): string =>
  seen.length > LONGEST_SEEN ? `${seen.slice(0, LONGEST_SEEN)} …` : seen;

export interface WaitOptions {
  seconds?: number;
  everyMs?: number;
  tellEveryMs?: number;
  /** Ends the wait silently. */
  signal?: AbortSignal | undefined;
  /** Receives what is being waited for, and what was seen last. */
  tell?: ((text: string) => void) | undefined;
}

/**
 * Polls until `look` returns `true`, and returns how many milliseconds that took; a text is what was seen instead. Reports what
 * it waits for if it takes long.
 * @throws {HopelessError} as soon as `look` throws one
 */
export async function waitUntil(
  what: string,
  look: () => Promise<true | string>,
  { seconds = 120, everyMs = 2, tellEveryMs = TELL_EVERY_MS, signal, tell = tellConsole }: WaitOptions = {},
): Promise<number> {
  const began = performance.now();
  let tellAt = tellEveryMs;
  for (;;) {
    const seen = await look().catch(asSeen);
    const passed = performance.now() - began;
    if (seen === true) return passed;
    signal?.throwIfAborted();
    if (passed > seconds * 1_000) throw new DidNotArriveError(what, seconds, seen);
    if (passed > tellAt) {
      tell(`for ${lowered(what)} (${Math.round(passed / 1_000)} s so far): ${shortened(seen)}`);
      tellAt = passed + tellEveryMs;
    }
    await pause(everyMs, undefined, signal && { signal });
  }
}

function asSeen(error: unknown): string {
  if (error instanceof HopelessError) throw error;
  return error instanceof Error ? error.message : String(error);
}

function tellConsole(text: string): void {
  console.log(`  Waiting   ${text}`);
}
