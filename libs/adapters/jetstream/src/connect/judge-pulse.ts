/** What is known of JetStream's responses. Times are of one monotonic clock, in milliseconds. */
export interface PulseFacts {
  /** Why there is no connection; null while there is one. */
  problem: string | null;
  /** Since when there has been no connection; null while there is one. */
  brokenSince: number | null;
  /** When JetStream last answered; null: not yet. */
  answeredAt: number | null;
  /** The same moment by the wall clock, for operators. */
  answeredAtUtc: string | null;
  /** How long that response took. */
  tookMs: number | null;
  /** Consecutive probes that were not answered in time, or refused. */
  misses: number;
  /** The failure of the last probe, in words; null when it was answered. */
  failure: string | null;
  /** The description to use until a probe has ended with an error: where NATS is, and the remedy. */
  silence: string;
}

/** Whether JetStream is usable, and why not. */
export interface BusHealth {
  ready: boolean;
  /** For operators; without secrets. */
  detail: string;
}

/** A response that takes longer counts as a miss. */
export const LATE_MS = 2_000;
/** A single late response of the shared bus must not take all modules out of service at once. */
const MISSES_TO_BE_DOWN = 2;

/** Judges by responses, not by an open socket. Pure. */
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
