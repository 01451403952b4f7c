/** The position of a reader of events. */
export interface EventCursor {
  /** The position of the last journal event that it knows. */
  journal: number;
  /** The position of the last batch event that it knows; `last-of-each`: unknown, so it gets the last one of each lane first. */
  batches: number | 'last-of-each';
}

const CURSOR = /^(\d{1,16})(?:\.(\d{1,16}))?$/;

/** Reads the `sequence` of an event; null if it is not one. A journal event has one number, a batch event two. */
export function readCursor(value: unknown): EventCursor | null {
  const isText = typeof value === 'string' || typeof value === 'number';
  const [, journal, batches] = (isText && CURSOR.exec(String(value))) || [];
  const numbers = [journal, batches].filter((one) => one !== undefined).map(Number);
  if (journal === undefined || !numbers.every(Number.isSafeInteger)) return null;
  if (batches !== undefined) return { journal: Number(journal), batches: Number(batches) };
  return { journal: Number(journal), batches: Number(journal) === 0 ? 0 : 'last-of-each' };
}

export const batchSequence = (journal: number, batches: number): string => `${journal}.${batches}`;
