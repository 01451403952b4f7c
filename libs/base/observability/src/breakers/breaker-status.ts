import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Breakers, type BreakerReport } from '@nestjs-spark/foundation/internal';
import { Gauge } from 'prom-client';
import { HealthChecks } from '../health/health-checks.ts';
import { MetricsRegistry } from '../metrics/metrics-registry.ts';

/** How metrics show the states of breakers. */
export const BREAKER_VALUES: Readonly<Record<BreakerReport['state'], number>> = {
  closed: 0,
  'half-open': 1,
  open: 2,
};

/**
 * Shows the breakers in health and metrics. They never turn an instance red: whether it can work without a target is for the checks of
 * those who need it.
 */
@Injectable()
export class BreakerStatus implements OnModuleInit {
  constructor(
    private readonly breakers: Breakers,
    private readonly checks: HealthChecks,
    private readonly metrics: MetricsRegistry,
  ) {}

  onModuleInit(): void {
    const { breakers } = this;
    this.checks.add({
      name: 'breakers',
      look: () => ({ ready: true, detail: describe(breakers.reports()) }),
    });
    const states = new Gauge({
      name: 'spark_breaker_state',
      help: 'Whether requests are sent to a target: 0 all, 1 one at a time as a probe, 2 none.',
      labelNames: ['target'],
      registers: [],
      collect() {
        for (const { target, state } of breakers.reports()) this.set({ target }, BREAKER_VALUES[state]);
      },
    });
    this.metrics.registry.registerMetric(states);
  }
}

function describe(reports: readonly BreakerReport[]): string {
  const broken = reports.filter(({ state }) => state !== 'closed');
  if (broken.length === 0) return 'all closed';
  // By name, as they come to be in another order with each store.
  const named = broken.toSorted((a, b) => a.target.localeCompare(b.target));
  return named.map(({ target, state, reason }) => `${target} ${state}: ${reason}`).join('; ');
}
