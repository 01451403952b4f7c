/** How far a reader of events is. */
export interface EventCursor {
  /** The position of the last event of the journal that it knows. */
  journal: number;
  /** That of the last event of a batch. `last-of-each`: it does not say, and is told the last one of each lane and what comes. */
  batches: number | 'last-of-each';
}

const CURSOR = /^(\d{1,16})(?:\.(\d{1,16}))?$/;

/** Reads the `sequence` of an event; null: it is none. That of an event of the journal is a number, that of a batch has two. */
export function readCursor(value: unknown): EventCursor | null {
  const isText = typeof value === 'string' || typeof value === 'number';
  const [, journal, batches] = (isText && CURSOR.exec(String(value))) || [];
  const numbers = [journal, batches].filter((one) => one !== undefined).map(Number);
  if (journal === undefined || !numbers.every(Number.isSafeInteger)) return null;
  if (batches !== undefined) return { journal: Number(journal), batches: Number(batches) };
  return { journal: Number(journal), batches: Number(journal) === 0 ? 0 : 'last-of-each' };
}

export const batchSequence = (journal: number, batches: number): string => `${journal}.${batches}`;
