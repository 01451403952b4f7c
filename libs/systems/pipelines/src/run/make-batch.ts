import { addTotals, NO_TOTALS, type Totals } from '../batch/batch.ts';
import { RunFailedError, type OutRecord, type SourceRecord } from '../connect/ports.ts';
import { DEFAULT_ERRORS, type ErrorRules } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import type { Letter } from '../journal/journal.ts';
import type { Outcome, Transform } from '../transform/compile-transforms.ts';
import type { ErrorBudget } from './error-budget.ts';

/** What came of the records of one batch. */
export interface MadeBatch {
  records: OutRecord[];
  letters: Letter[];
  totals: Totals;
}

// A double holds 15 digits of a number; one of more is kept as the text that it is.
const LONG_NUMBER = /\d{16}/;

/**
 * Transforms the records of a batch.
 * @throws {RunFailedError} when more fail than the definition lets
 */
export function makeBatch(
  incoming: readonly SourceRecord[],
  transform: Transform,
  budget: ErrorBudget,
  errors: Partial<ErrorRules> = {},
  place: { generation: number; at: string },
): MadeBatch {
  const { onRecord, limit } = { ...DEFAULT_ERRORS, ...errors };
  const made: MadeBatch = { records: [], letters: [], totals: { ...NO_TOTALS, batches: 1 } };
  const count = (figures: Partial<Totals>) =>
    void (made.totals = addTotals(made.totals, { ...NO_TOTALS, read: 1, ...figures }));
  for (const record of incoming) {
    const outcome = outcomeOf(record, transform);
    const isAllowed = budget.allows(outcome.kind === 'failed');
    if (outcome.kind === 'out') {
      made.records.push({ fields: outcome.fields, partition: record.partition, offset: record.offset });
      count({ written: 1 });
    } else if (outcome.kind === 'filtered') count({ filtered: 1 });
    else {
      const { step, reason } = outcome;
      const { partition, offset, text } = record;
      const said = `${step} failed for the record at ${partition}:${offset}: ${reason}`;
      if (onRecord === 'fail') throw new RunFailedError(said);
      if (!isAllowed)
        throw new RunFailedError(`More than ${limit.failed} of ${limit.of} records failed; ${said}`);
      const isKept = onRecord === 'deadLetter';
      if (isKept) made.letters.push({ ...place, partition, offset, step, reason, record: text });
      count(isKept ? { deadLettered: 1 } : {});
    }
  }
  return made;
}

function outcomeOf(record: SourceRecord, transform: Transform): Outcome {
  const { text, partition, offset, fields } = record;
  const meta = { ...record.meta, partition, offset };
  if (fields) return transform(fields, meta);
  let value: unknown;
  try {
    value = LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch (error) {
    return { kind: 'failed', step: 'source', reason: error instanceof Error ? error.message : String(error) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'failed', step: 'source', reason: 'It is JSON, but not an object' };
  return transform(value as Fields, meta);
}

function keepDigits(_name: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isExact = typeof value !== 'number' || source === undefined || !LONG_NUMBER.test(source);
  return isExact || String(value) === source ? value : source;
}
