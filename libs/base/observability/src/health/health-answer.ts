/** The results of one or several checks, by name, in the form that terminus expects of an indicator. */
export type HealthIndicatorAnswer = Record<string, { status: 'up' | 'down' } & Record<string, unknown>>;

/** The answer of the health routes, in the format of terminus, which probes and dashboards know. */
export interface HealthAnswer {
  status: 'ok' | 'error';
  /** The checks that are up. */
  info: HealthIndicatorAnswer;
  /** The checks that are down. */
  error: HealthIndicatorAnswer;
  /** All checks. */
  details: HealthIndicatorAnswer;
}

/** Combines the results: one that is down makes the whole an error. Pure. */
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
