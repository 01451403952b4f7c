export type { CarriedBy } from './watch/carrier.ts';
export type { UnitStatus } from './status/unit-status.ts';
