import { messageOf } from '@nestjs-spark/foundation/internal';
import { NO_TOTALS, type Totals } from '../batch/batch.ts';
import { RunFailedError, type OutRecord, type SourceRecord } from '../connect/ports.ts';
import { shown } from '../explain/show.ts';
import { DEFAULT_ERRORS, type ErrorRules } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import { letterIdOf, type Letter } from '../store/letters.ts';
import type { Outcome, Transform } from '../transform/compile-transforms.ts';
import type { Incoming } from '../transform/step.ts';
import type { ErrorBudget } from './error-budget.ts';
import { readJson, TooDeepError } from './read-json.ts';
import { placeOf } from '../connect/place-of.ts';

/** What came of the records of one batch. */
export interface MadeBatch {
  records: OutRecord[];
  letters: Letter[];
  totals: Totals;
}

export interface MakeRules {
  budget: ErrorBudget;
  errors?: Partial<ErrorRules> | undefined;
  generation: number;
  at: string;
}

/**
 * Transforms the records of a batch.
 * @throws {RunFailedError} when more fail than the definition allows
 */
export async function makeBatch(
  incoming: readonly SourceRecord[],
  transform: Transform,
  rules: MakeRules,
): Promise<MadeBatch> {
  const records: OutRecord[] = [];
  const letters: Letter[] = [];
  let filtered = 0;
  const outcomes = await transformAll(incoming, transform);
  for (const [at, outcome] of outcomes.entries()) {
    const record = incoming[at] as SourceRecord;
    if (outcome.kind === 'failed') letters.push(...failure(record, outcome, rules));
    else rules.budget.allows(false);
    if (outcome.kind === 'out')
      records.push({ fields: outcome.fields, partition: record.partition, offset: record.offset });
    else if (outcome.kind === 'filtered') filtered++;
  }
  const counted = { read: incoming.length, written: records.length, filtered, deadLettered: letters.length };
  return { records, letters, totals: { ...NO_TOTALS, ...counted, batches: 1 } };
}

/**
 * What becomes of a record that failed: a letter, or nothing where the definition drops it.
 * @throws {RunFailedError} when it fails the pipeline
 */
export function failure(
  { partition, offset, text, fields, meta }: SourceRecord,
  { step, reason }: { step: string; reason: string },
  { budget, errors = {}, generation, at }: MakeRules,
): Letter[] {
  const { onRecord, limit } = { ...DEFAULT_ERRORS, ...errors };
  const said = `${step} failed for the record ${placeOf({ partition, offset, meta })}: ${reason}`;
  if (onRecord === 'fail') throw new RunFailedError(said);
  if (!budget.allows(true))
    throw new RunFailedError(`More than ${limit.failed} of ${limit.of} records failed; ${said}`);
  const letterId = letterIdOf(generation, partition, offset);
  const came = { record: text, ...(fields && { fields }), ...(meta && { meta }) };
  const letter = { letterId, generation, partition, offset, step, reason, ...came, at };
  return onRecord === 'deadLetter' ? [letter] : [];
}

/** What a record becomes on its way is gone before the next ones are read: less is kept, and less has to be collected. */
const AT_ONCE = 256;

async function transformAll(incoming: readonly SourceRecord[], transform: Transform): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < incoming.length; at += AT_ONCE)
    outcomes.push(...(await transformSome(incoming.slice(at, at + AT_ONCE), transform)));
  return outcomes;
}

async function transformSome(incoming: readonly SourceRecord[], transform: Transform): Promise<Outcome[]> {
  const failed = new Map<number, Outcome>();
  const inputs: Incoming[] = [];
  for (const [at, record] of incoming.entries()) {
    const read = readRecord(record);
    if (read.kind === 'failed') failed.set(at, read);
    else {
      const { partition, offset } = record;
      inputs.push({ fields: read.fields, meta: { ...record.meta, partition, offset } });
    }
  }
  const outcomes = await transform(inputs);
  if (failed.size === 0) return outcomes;
  const others = outcomes.values();
  return incoming.map((_, at) => failed.get(at) ?? (others.next().value as Outcome));
}

type Read = { kind: 'in'; fields: Fields } | { kind: 'failed'; step: string; reason: string };

/** What a record says, to whoever reads it first or again. */
export function readRecord({ text, fields, fault }: Pick<SourceRecord, 'text' | 'fields' | 'fault'>): Read {
  if (fault !== undefined) return { kind: 'failed', step: 'source', reason: fault };
  if (fields) return { kind: 'in', fields };
  return readFields(text);
}

/** A record's text as its fields. */
export function readFields(text: string): Read {
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    const said = messageOf(error);
    return {
      kind: 'failed',
      step: 'source',
      reason: error instanceof TooDeepError ? said : `It is not JSON: ${said}`,
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'failed', step: 'source', reason: `It is JSON, but not an object: it is ${shown(value)}` };
  return { kind: 'in', fields: value as Fields };
}
