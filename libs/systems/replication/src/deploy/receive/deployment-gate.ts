import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket, type FloodLimits } from '@nestjs-spark/modules/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';

/** A module that restarts in a loop, or ten instances that start together, get through; a flood does not. */
const BURST = 30;
const MINUTE_MS = 60_000;
const STARTING_SECONDS = 1;

/** Opens once the settings are known, and limits each module's deployments separately: a flood from one module does not affect the others. */
@Injectable()
export class DeploymentGate {
  private readonly buckets = new Map<string, Bucket>();
  private isOpen = false;

  constructor(
    @Inject(REPLICATION_SETTINGS)
    private readonly settings: Pick<ReplicationSettings, 'deploymentsPerMinute'>,
  ) {}

  /** From now on, deployments are planned with the settings in use. */
  open(): void {
    this.isOpen = true;
  }

  /**
   * @param limits default: those for deployments
   * @throws {ProblemError} `tooMany` (429) and, before it opens, `unavailable` (503), both with Retry-After
   */
  pass(module: string, limits: FloodLimits = this.limits, now = performance.now()): void {
    if (!this.isOpen)
      throw new ProblemError('unavailable', 'This module has not read its settings yet; try again.', {
        retryAfterSeconds: STARTING_SECONDS,
      });
    const key = nameKey(module);
    const { bucket, waitMs } = takeToken(this.buckets.get(key) ?? null, limits, now);
    this.buckets.set(key, bucket);
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1_000);
    throw new ProblemError('tooMany', `Too many deployments; try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }

  private get limits(): FloodLimits {
    const { deploymentsPerMinute } = this.settings;
    return { burst: Math.min(BURST, deploymentsPerMinute), refillMs: MINUTE_MS / deploymentsPerMinute };
  }
}
