import { NO_TOTALS } from '../batch/batch.ts';
import type { BatchProcessed } from '../aggregate/events.ts';
import { makeSink, readInFormat, type Surroundings } from '../connect/connectors.ts';
import { RecordsRefusedError, type OutRecord, type Sink } from '../connect/ports.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Letter, Letters } from '../store/letters.ts';
import { lastBatchOf, type KeptLane, type PipelineKey, type PipelineStore } from '../store/ports.ts';
import type { Outcome, Transform } from '../transform/compile-transforms.ts';
import { readRecord } from './make-batch.ts';

/** Replayed letters have their own lane of batches. */
const LANE = 1;
const LOOKED_EVERY_MS = 500;
const AT_ONCE = 100;

const lookedAt = new WeakMap<Letters, number>();

export interface ReplayParts {
  key: PipelineKey;
  node: string;
  holder: string;
  generation: number;
  incarnation: string;
  continues: boolean;
  epoch: number;
  store: Pick<PipelineStore, 'lanes'>;
  letters: Letters;
  definition: PipelineDefinition;
  around: Surroundings;
  transform: Transform;
  /** Resolves when the sink is not writing anything else. */
  ready: () => Promise<void>;
}

/** Replays the requested letters; those that fail again stay, with the new reason. */
export async function replayLetters(parts: ReplayParts): Promise<void> {
  const { letters } = parts;
  if (await letters.areNone()) return;
  if (performance.now() - (lookedAt.get(letters) ?? -Infinity) < LOOKED_EVERY_MS) return;
  lookedAt.set(letters, performance.now());
  const asked = await letters.asked();
  if (!asked) return;
  const [now, later] = [asked.letterIds.slice(0, AT_ONCE), asked.letterIds.slice(AT_ONCE)];
  await parts.ready();
  const sink = makeSink(parts.definition, parts.around);
  try {
    await replayBatch(parts, sink, now);
  } finally {
    await sink.close();
  }
  await asked.settle(later);
  if (later.length > 0) lookedAt.delete(letters);
}

async function replayBatch(parts: ReplayParts, sink: Sink, letterIds: readonly string[]): Promise<void> {
  const { key, generation, epoch, holder, store, letters, incarnation, continues } = parts;
  const kept = await store.lanes.read(key, LANE);
  const before = kept.state?.generation === generation ? kept.state : null;
  const lane = {
    ...key,
    lane: LANE,
    generation,
    epoch,
    holder,
    startsAt: {},
    lastBatch: lastBatchOf(before),
  };
  const checkpoint = await sink.open({ ...lane, incarnation, continues });
  const n = (checkpoint?.n ?? before?.processed?.n ?? 0) + 1;
  // Letters of a batch that was written just before this process, or the previous one, ended.
  const written = new Set(Object.keys(checkpoint?.position ?? before?.processed?.to ?? {}));
  await letters.remove(letterIds.filter((id) => written.has(id)));
  const found = await Promise.all(letterIds.filter((id) => !written.has(id)).map((id) => letters.get(id)));
  const passed: Passed[] = [];
  for (const letter of found) if (letter) passed.push(...(await transformed(parts, letter)));
  const place = { n, kept, processed: before?.processed ?? null, keepsCheckpoint: checkpoint !== null };
  await write(parts, sink, place, passed);
}

interface Passed {
  letter: Letter;
  record: OutRecord;
}

/**
 * Starts at the first step: a letter holds the record as it came in, possibly corrected, and the steps may have changed since. Those
 * before the failed one give the same result as before: a step depends on the record and its `meta` alone.
 */
async function transformed(
  { definition, letters, transform }: ReplayParts,
  letter: Letter,
): Promise<Passed[]> {
  const { letterId, partition, offset, record: text, meta } = letter;
  const { fields } = letter;
  const read = readRecord({ text, ...(fields ? { fields } : readInFormat(definition, text, meta)) });
  const [outcome]: (Outcome | undefined)[] =
    read.kind === 'failed'
      ? [read]
      : await transform([{ fields: read.fields, meta: { ...meta, partition, offset } }]);
  if (outcome?.kind === 'out') return [{ letter, record: { fields: outcome.fields, partition, offset } }];
  if (outcome?.kind === 'filtered') await letters.remove([letterId]);
  else if (outcome)
    await letters.keep([{ ...letter, step: outcome.step, reason: outcome.reason, at: now() }]);
  return [];
}

interface Place {
  n: number;
  kept: KeptLane;
  processed: BatchProcessed | null;
  keepsCheckpoint: boolean;
}

/** Letters that the sink refuses stay, with its reason; the others are written. */
async function write(parts: ReplayParts, sink: Sink, place: Place, passed: readonly Passed[]): Promise<void> {
  if (passed.length === 0) return;
  const { key, node: by, generation, epoch, store, letters } = parts;
  const { n, kept, processed: before, keepsCheckpoint } = place;
  const letterIds = passed.map(({ letter }) => letter.letterId);
  const position = Object.fromEntries(letterIds.map((letterId) => [letterId, 1]));
  const planned = { generation, n, from: {}, to: position, epoch, at: now(), by };
  const state = { generation, epoch, startsAt: {}, planned, processed: before };
  const fixed = keepsCheckpoint ? kept : await store.lanes.write(key, LANE, state, kept);
  const next = { generation, n, position, totals: { ...NO_TOTALS, written: passed.length, batches: n } };
  const records = passed.map(({ record }) => record);
  try {
    await sink.write({ generation, lane: LANE, n, epoch, records, checkpoint: next });
  } catch (error) {
    if (!(error instanceof RecordsRefusedError) || error.refused.length === 0) throw error;
    const reasons = new Map(error.refused.map(({ at, reason }) => [at, reason]));
    const again = passed.flatMap(({ letter }, at) => {
      const reason = reasons.get(at);
      return reason === undefined ? [] : [{ ...letter, step: 'sink', reason, at: now() }];
    });
    await letters.keep(again);
    const others = passed.filter((_, at) => !reasons.has(at));
    return write(parts, sink, { ...place, kept: fixed }, others);
  }
  const processed = { generation, n, to: position, epoch, at: now(), by, totals: next.totals };
  if (!keepsCheckpoint) await store.lanes.write(key, LANE, { ...state, processed }, fixed);
  await letters.remove(letterIds);
}

const now = (): string => new Date().toISOString();
