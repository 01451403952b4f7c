/** What is known of how JetStream answers. Times are of one monotonic clock, in milliseconds. */
export interface PulseFacts {
  /** Why the connection does not stand; null while it does. */
  problem: string | null;
  /** Since when the connection has not stood; null while it does. */
  brokenSince: number | null;
  /** When JetStream answered last; null: not yet. */
  answeredAt: number | null;
  /** The same moment by the wall clock, for people. */
  answeredAtUtc: string | null;
  /** How long that answer took. */
  tookMs: number | null;
  /** Looks in a row that were not answered in time, or refused. */
  misses: number;
  /** What the last look ran into, in words; null when it was answered. */
  failure: string | null;
  /** What is said where no look has ended with an error yet: where NATS is, and the remedy. */
  silence: string;
}

/** Whether JetStream can be worked with, and why not. */
export interface BusHealth {
  ready: boolean;
  /** For an operator, without secrets. */
  detail: string;
}

/** An answer that takes longer is a miss. */
export const LATE_MS = 2_000;
/** One late answer of what all modules share must not take all of them out at once. */
const MISSES_TO_BE_DOWN = 2;

/** Not an open socket but answers decide. Pure. */
export function judgePulse(facts: PulseFacts, now: number): BusHealth {
  const { answeredAt, answeredAtUtc, tookMs, misses, failure, silence, brokenSince, problem } = facts;
  const last = answeredAtUtc === null ? '' : `; its last answer was at ${answeredAtUtc}`;
  if (brokenSince !== null) {
    const passing = answeredAt !== null && misses === 0 && now - brokenSince < LATE_MS;
    return { ready: passing, detail: `${problem ?? 'not connected yet'}${last}` };
  }
  if (misses === 0) return { ready: true, detail: describeAnswer(tookMs) };
  const late = tookMs !== null && tookMs > LATE_MS && failure === null;
  const what = late
    ? `JetStream is slow: its last answer took ${seconds(tookMs)} s, more than ${LATE_MS / 1_000} s. Copying continues as fast as that allows`
    : (failure ?? silence);
  return { ready: misses < MISSES_TO_BE_DOWN, detail: `${what}${late ? '' : last}` };
}

function describeAnswer(tookMs: number | null): string {
  return tookMs === null ? 'connected' : `JetStream answers, in ${Math.round(tookMs)} ms`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(1);
}
