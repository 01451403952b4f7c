import { Global, Injectable, Module } from '@nestjs/common';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { Refusals, type Refusal } from '@nestjs-spark/observability/internal';
import type { AuditTrail, Known } from './audit-trail.ts';

/**
 * The application's audit trail, for refusals outside of the `/spark` routes. An application without an identity among modules
 * has none: refusals are then only counted and logged.
 */
@Injectable()
export class TrailInUse {
  readonly #refusals: Refusals;
  #trail: AuditTrail | null = null;

  constructor(refusals: Refusals) {
    this.#refusals = refusals;
  }

  /** With several identities in one application, the first records refusals, so that nothing is listed twice. */
  join(trail: AuditTrail): void {
    this.#trail ??= trail;
  }

  /** Records a request that was refused because of who sent it. */
  refused(refusal: Refusal, known: Known): void {
    if (this.#trail) this.#trail.refused(refusal, known);
    else this.#refusals.record(refusal);
  }
}

/** `TrailInUse`, global: one for all Nest modules of an application. */
@Global()
@Module({ imports: [ObservabilityModule], providers: [TrailInUse], exports: [TrailInUse] })
export class TrailInUseModule {}
