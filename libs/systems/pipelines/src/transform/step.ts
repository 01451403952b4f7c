import type { Fields } from '../expression/compile-expression.ts';

/** A record with its origin. */
export interface Incoming {
  fields: Fields;
  meta: Fields;
}

/** A step over many records at once. It returns the fields, null, or the error of each. */
export type BatchStep = (records: readonly Incoming[]) => Promise<(Fields | null | Error)[]>;
