import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { HealthChecks } from './health-checks.ts';
import { lookAt } from './look.ts';

/**
 * Spark's readiness for an application's own terminus controller: `health.check([() => spark.isReady()])`. The same
 * checks decide `/health/ready`.
 */
@Injectable()
export class SparkHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly checks: HealthChecks,
  ) {}

  /**
   * All of Spark's checks as one indicator, down while one of them is not ready. It never throws: a check that fails or
   * takes longer than two seconds is not ready.
   * @param key under which the answer shows it; default `spark`
   */
  async isReady(key = 'spark'): Promise<HealthIndicatorResult> {
    const found = await Promise.all(
      this.checks.list().map(async (check) => ({ name: check.name, ...(await lookAt(check)) })),
    );
    const all = Object.fromEntries(found.map(({ name, ready, shown }) => [name, { ready, ...shown }]));
    const indicator = this.indicators.check(key);
    return found.every(({ ready }) => ready) ? indicator.up(all) : indicator.down(all);
  }

  /** Each check as an indicator of its own, under its own name: `health.check([...spark.each(), ...own])`. */
  each(): (() => Promise<HealthIndicatorResult>)[] {
    return this.checks.list().map((check) => async () => {
      const { ready, shown } = await lookAt(check);
      const indicator = this.indicators.check(check.name);
      return ready ? indicator.up(shown) : indicator.down(shown);
    });
  }
}
