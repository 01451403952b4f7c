import { isNullOr, isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';

export interface LeaseEntry {
  revision: number;
  /** Null: released. */
  holder: string | null;
  ttlMs: number;
}

const isLease = isObjectOf({ holder: isNullOr(isText(256)), ttlMs: isWhole });

/** Parses the lease in a value of the bucket. A value that no holder writes does not hold it: any instance may take it. */
export function readLease(text: string): Omit<LeaseEntry, 'revision'> {
  try {
    const value: unknown = JSON.parse(text);
    if (isLease(value)) return { holder: value.holder, ttlMs: value.ttlMs };
  } catch {
    // Not JSON.
  }
  return { holder: null, ttlMs: 0 };
}
