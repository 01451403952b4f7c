import type { CarriedBy } from '../watch/carrier.ts';

/** What every kind of unit reports, on any instance. HTTP, metrics and health read this and what a system adds to it. */
export interface UnitStatus<S extends string> {
  state: S;
  /** Failures since this instance started. */
  errors: number;
  lastError: string | null;
  /** True on the instance that holds the unit's lease. */
  active: boolean;
  carriedBy: CarriedBy;
}
