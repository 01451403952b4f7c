/** What one or several checks have found, by their names, as terminus wants it of an indicator. */
export type HealthIndicatorAnswer = Record<string, { status: 'up' | 'down' } & Record<string, unknown>>;

/** The answer of the health routes. Its form is terminus', which probes and dashboards know. */
export interface HealthAnswer {
  status: 'ok' | 'error';
  /** What is up. */
  info: HealthIndicatorAnswer;
  /** What is down. */
  error: HealthIndicatorAnswer;
  /** All of it. */
  details: HealthIndicatorAnswer;
}

/** Puts together what was found: one that is down makes the whole an error. Pure. */
export function answerHealth(found: readonly HealthIndicatorAnswer[]): HealthAnswer {
  const all = found.flatMap((one) => Object.entries(one));
  const of = (status: 'up' | 'down') =>
    Object.fromEntries(all.filter(([, entry]) => entry.status === status));
  const error = of('down');
  return {
    status: Object.keys(error).length === 0 ? 'ok' : 'error',
    info: of('up'),
    error,
    details: Object.fromEntries(all),
  };
}
