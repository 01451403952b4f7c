import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HealthChecks } from './health-checks.ts';

const DEFAULT_SECONDS = 5;
const MOST_SECONDS = 300;

/**
 * The first step of a shutdown: `/health/ready` answers 503 while everything else still works, for as long as load balancers need
 * to notice. Only then are connections closed. `SPARK_DRAIN_SECONDS` sets the duration: by default 5 in production, otherwise 0.
 */
@Injectable()
export class ShutdownDrain implements OnModuleDestroy {
  constructor(private readonly checks: HealthChecks) {}

  async onModuleDestroy(): Promise<void> {
    const look = () => ({ ready: false, detail: 'this instance is shutting down' });
    this.checks.add({ name: 'shutdown', look });
    await wait(drainSeconds(process.env) * 1_000);
  }
}

/** The value from the environment; anything but a number counts as unset. */
export function drainSeconds(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment['SPARK_DRAIN_SECONDS']?.trim();
  const seconds = Number(text);
  if (text && seconds >= 0 && seconds <= MOST_SECONDS) return seconds;
  return environment['NODE_ENV'] === 'production' ? DEFAULT_SECONDS : 0;
}
