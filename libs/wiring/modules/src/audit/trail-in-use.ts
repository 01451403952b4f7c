import { Global, Injectable, Module } from '@nestjs/common';
import { ObservabilityModule } from '@nestjs-spark/observability';
import { Refusals, type Refusal } from '@nestjs-spark/observability/internal';
import type { AuditTrail, Known } from './audit-trail.ts';

/**
 * The application's audit trail, for what is refused outside of the routes of `/spark`. An application without an identity among modules
 * has none: a refusal is counted and logged then, as everywhere.
 */
@Injectable()
export class TrailInUse {
  readonly #refusals: Refusals;
  #trail: AuditTrail | null = null;

  constructor(refusals: Refusals) {
    this.#refusals = refusals;
  }

  /** Of several identities in one application, the first keeps what is refused, so that nothing is listed twice. */
  join(trail: AuditTrail): void {
    this.#trail ??= trail;
  }

  /** A request that was refused because of who asks. */
  refused(refusal: Refusal, known: Known): void {
    if (this.#trail) this.#trail.refused(refusal, known);
    else this.#refusals.record(refusal);
  }
}

/** `TrailInUse`, global: one for all Nest modules of an application. */
@Global()
@Module({ imports: [ObservabilityModule], providers: [TrailInUse], exports: [TrailInUse] })
export class TrailInUseModule {}
