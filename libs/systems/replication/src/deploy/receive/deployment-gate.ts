import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { takeToken, type Bucket, type FloodLimits } from '@nestjs-spark/modules/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** A module that restarts in a loop, or its ten instances starting together, pass; a flood does not. */
const LIMITS: FloodLimits = { burst: 30, refillMs: 1_000 };

/** Bounds how often each module may deploy; one module's flood takes nothing from the others. */
@Injectable()
export class DeploymentGate {
  private readonly buckets = new Map<string, Bucket>();

  /** @throws {ProblemError} `tooMany` (429) with Retry-After */
  pass(module: string, now = performance.now()): void {
    const key = nameKey(module);
    const { bucket, waitMs } = takeToken(this.buckets.get(key) ?? null, LIMITS, now);
    this.buckets.set(key, bucket);
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1_000);
    throw new ProblemError('tooMany', `Too many deployments; try again in ${retryAfterSeconds} s.`, {
      retryAfterSeconds,
    });
  }
}
