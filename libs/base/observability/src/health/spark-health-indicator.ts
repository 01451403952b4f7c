import { Injectable } from '@nestjs/common';
import type { HealthIndicatorAnswer } from './health-answer.ts';
import { HealthChecks } from './health-checks.ts';
import { lookAt } from './look.ts';

/**
 * Spark's readiness for an application's own terminus controller: `health.check([() => spark.isReady()])`. The same
 * checks decide `/health/ready`.
 */
@Injectable()
export class SparkHealthIndicator {
  constructor(private readonly checks: HealthChecks) {}

  /**
   * All of Spark's checks as one indicator, which is down while one of them is not ready. Never throws: a check that fails or
   * takes longer than two seconds is not ready.
   * @param key under which the answer shows it; default `spark`
   */
  async isReady(key = 'spark'): Promise<HealthIndicatorAnswer> {
    const found = await Promise.all(
      this.checks.list().map(async (check) => ({ name: check.name, ...(await lookAt(check)) })),
    );
    const all = Object.fromEntries(found.map(({ name, ready, shown }) => [name, { ready, ...shown }]));
    return { [key]: { status: statusOf(found.every(({ ready }) => ready)), ...all } };
  }

  /** Each check as a separate indicator, under its own name: `health.check([...spark.each(), ...own])`. */
  each(): (() => Promise<HealthIndicatorAnswer>)[] {
    return this.checks.list().map((check) => async () => {
      const { ready, shown } = await lookAt(check);
      return { [check.name]: { status: statusOf(ready), ...shown } };
    });
  }
}

function statusOf(ready: boolean): 'up' | 'down' {
  return ready ? 'up' : 'down';
}
