import type { Fields } from '../expression/compile-expression.ts';

/** A record, and where it comes from. */
export interface Incoming {
  fields: Fields;
  meta: Fields;
}

/** A step for many records at once: the fields, null, or why it could not be done. */
export type BatchStep = (records: readonly Incoming[]) => Promise<(Fields | null | Error)[]>;
