import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { shownValue } from '@nestjs-spark/foundation/internal';
import { logFor } from '../logging/log-for.ts';
import { HealthChecks } from './health-checks.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_SECONDS = 5;
const MOST_SECONDS = 300;

/**
 * The first step of a shutdown: `/health/ready` answers 503 while everything else still works, for as long as load balancers need
 * to notice. Only then are connections closed. `SPARK_DRAIN_SECONDS` sets the duration: by default 5 in production, otherwise 0.
 */
@Injectable()
export class ShutdownDrain implements OnModuleInit, OnModuleDestroy {
  constructor(private readonly checks: HealthChecks) {}

  onModuleInit(): void {
    const fault = drainFault(process.env);
    if (fault !== null) logFor('SparkHealth').warn(fault);
  }

  async onModuleDestroy(): Promise<void> {
    const look = () => ({ ready: false, detail: 'this instance is shutting down' });
    this.checks.add({ name: 'shutdown', look });
    await wait(drainSeconds(process.env) * 1_000);
  }
}

/** Why the value of the environment is not used; null when it is, and when there is none. Said at startup: at the shutdown it is too late. */
export function drainFault(environment: Environment): string | null {
  const text = environment['SPARK_DRAIN_SECONDS']?.trim() ?? '';
  if (text === '' || secondsIn(text) !== null) return null;
  return `SPARK_DRAIN_SECONDS is ${shownValue(text)} and is not used: it has to be a number of seconds from 0 to ${MOST_SECONDS}. A shutdown waits ${drainSeconds(environment)} s`;
}

/** The value from the environment; anything but a number counts as unset. */
export function drainSeconds(environment: Environment): number {
  const given = secondsIn(environment['SPARK_DRAIN_SECONDS']?.trim() ?? '');
  return given ?? (environment['NODE_ENV'] === 'production' ? DEFAULT_SECONDS : 0);
}

function secondsIn(text: string): number | null {
  const seconds = Number(text);
  return text !== '' && seconds >= 0 && seconds <= MOST_SECONDS ? seconds : null;
}
