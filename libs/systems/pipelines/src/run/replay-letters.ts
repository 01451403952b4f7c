import { NO_TOTALS } from '../batch/batch.ts';
import { makeSink, type Surroundings } from '../connect/connectors.ts';
import type { OutRecord, Sink } from '../connect/ports.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Letters } from '../store/letters.ts';
import type { PipelineKey, PipelineStore } from '../store/ports.ts';
import type { Outcome, Transform } from '../transform/compile-transforms.ts';
import { readFields } from './make-batch.ts';

/** Letters that run again have batches of their own. */
const LANE = 1;
const LOOKED_EVERY_MS = 500;
const AT_ONCE = 100;

const lookedAt = new WeakMap<Letters, number>();

export interface ReplayParts {
  key: PipelineKey;
  generation: number;
  epoch: number;
  store: Pick<PipelineStore, 'lanes'>;
  letters: Letters;
  definition: PipelineDefinition;
  around: Surroundings;
  transform: Transform;
  /** Resolves when the sink has nothing else to write. */
  ready: () => Promise<void>;
}

/** Runs letters from their step on where that was asked for; those that fail again stay, with their new reason. */
export async function replayLetters(parts: ReplayParts): Promise<void> {
  const { letters } = parts;
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
  const { key, generation, epoch, store, letters, transform } = parts;
  const kept = await store.lanes.read(key, LANE);
  const claim = { ...key, lane: LANE, generation, epoch, startsAt: {} };
  const checkpoint = await sink.open(claim);
  const before = kept.state?.generation === generation ? kept.state : null;
  const n = (checkpoint?.n ?? before?.processed?.n ?? 0) + 1;
  // Those of a batch that was written when this process, or the one before, came to its end.
  const written = new Set(Object.keys(checkpoint?.position ?? before?.processed?.to ?? {}));
  await letters.remove(letterIds.filter((id) => written.has(id)));
  const found = await Promise.all(letterIds.map((id) => letters.get(id)));
  const out: (OutRecord & { letterId: string })[] = [];
  for (const letter of found) {
    if (!letter || written.has(letter.letterId)) continue;
    const { letterId, partition, offset, step, record } = letter;
    const read = readFields(record);
    const from = step === 'source' || step === 'sink' ? undefined : step;
    const [outcome]: (Outcome | undefined)[] =
      read.kind === 'failed'
        ? [read]
        : await transform([{ fields: read.fields, meta: { partition, offset } }], from);
    if (outcome?.kind === 'out') out.push({ letterId, fields: outcome.fields, partition, offset });
    else if (outcome?.kind === 'filtered') await letters.remove([letterId]);
    else if (outcome)
      await letters.keep([{ ...letter, step: outcome.step, reason: outcome.reason, at: now() }]);
  }
  if (out.length === 0) return;
  const position = Object.fromEntries(out.map(({ letterId }) => [letterId, 1]));
  const planned = { generation, n, from: {}, to: position, epoch, at: now() };
  const state = { generation, epoch, startsAt: {}, planned, processed: before?.processed ?? null };
  const fixed = checkpoint ? kept : await store.lanes.write(key, LANE, state, kept);
  const next = { generation, n, position, totals: { ...NO_TOTALS, written: out.length, batches: n } };
  await sink.write({ generation, lane: LANE, n, epoch, records: out, checkpoint: next });
  const processed = { generation, n, to: position, epoch, at: now(), totals: next.totals };
  if (!checkpoint) await store.lanes.write(key, LANE, { ...state, processed }, fixed);
  await letters.remove(out.map(({ letterId }) => letterId));
}

const now = (): string => new Date().toISOString();
