import type { ApiCaller } from '@nestjs-spark/auth';
import { isBefore, type BatchEvent, type PipelineEvent } from '../aggregate/events.ts';
import type { PipelinesNode } from '../own/pipelines-node.ts';
import type { PipelineView } from '../project/view.ts';
import type { BatchEntry, JournalEntry, PipelineKey } from '../store/ports.ts';
import { canRead } from './access.ts';
import { batchSequence, type EventCursor } from './event-cursor.ts';
import { mergeReaders } from './merge-readers.ts';

/** An event as it is shown. `sequence` is the reader's position after it: a number, or a string for an event of a batch. */
export type EventView =
  (Omit<PipelineEvent, 'fingerprint'> & { sequence: number }) | (BatchEvent & { sequence: string });

export interface EventQuery {
  /** Default: all pipelines that the caller may read. */
  key?: PipelineKey;
  /** The reader's position. */
  after: EventCursor | 'now';
}

type Read = { of: 'journal'; entry: JournalEntry } | { of: 'batches'; entry: BatchEntry };

/** The live events of pipelines. */
export class PipelinesFeed {
  readonly #node: PipelinesNode;

  constructor(node: PipelinesNode) {
    this.#node = node;
  }

  /** The position of a reader that knows everything up to now. */
  async now(): Promise<EventCursor & { batches: number }> {
    const { journal, lanes } = this.#node.store;
    return { batches: await lanes.lastBatch(), journal: await journal.last() };
  }

  async *events(
    { key, after }: EventQuery,
    caller: ApiCaller,
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    const now = await this.now();
    const from = after === 'now' ? now : reachable(after, now);
    const { journal, lanes } = this.#node.store;
    const readers = (ended: AbortSignal) => [
      tagged('journal', journal.follow(from.journal, ended)),
      tagged('batches', lanes.follow(from.batches, ended, key)),
    ];
    let at = from.journal;
    for await (const { of, entry } of mergeReaders<Read>(readers, byTime, signal)) {
      if (of === 'journal') at = entry.position;
      const { tenant, pipelineId } = entry.event;
      const isMeant = key
        ? tenant === key.tenant && pipelineId === key.pipelineId
        : canRead(caller, entry.event);
      if (isMeant) yield of === 'journal' ? eventView(entry) : batchView(at, entry);
    }
  }

  /** The events of a pipeline after a cursor. */
  async history(key: PipelineKey, after: EventCursor, withBatches: boolean): Promise<EventView[]> {
    const { journal, lanes } = this.#node.store;
    const entries = await journal.load(key);
    const known = entries.findLast(({ position }) => position <= after.journal);
    const batches = withBatches
      ? await lanes.batches(key, after.batches === 'last-of-each' ? 0 : after.batches)
      : [];
    const next =
      after.batches === 'last-of-each'
        ? batches.filter(({ event }) => !known || !isBefore(event, known.event))
        : batches;
    const views: EventView[] = [];
    let [at, n] = [after.journal, 0];
    for (const entry of entries.filter(({ position }) => position > after.journal)) {
      for (let batch = next[n]; batch && isBefore(batch.event, entry.event); batch = next[++n])
        views.push(batchView(at, batch));
      views.push(eventView(entry));
      at = entry.position;
    }
    return [...views, ...next.slice(n).map((entry) => batchView(at, entry))];
  }

  /** The pipelines that the caller may read. */
  keys(caller: ApiCaller): PipelineKey[] {
    const there = this.#node.projection.list().filter(({ state }) => state.status !== 'Deleted');
    return there.map(({ key }) => key).filter((key) => canRead(caller, key));
  }

  /** Calls back for those whose state (`isState`) or run has changed. @returns a function that unsubscribes */
  watch(caller: ApiCaller, listener: (key: PipelineKey, isState: boolean) => void): () => void {
    return this.#node.watch((key, isState) => canRead(caller, key) && listener(key, isState));
  }

  /** A pipeline's status without its definition, even if it was deleted, and the sequence of its last event. */
  status(key: PipelineKey): { sequence: number; status: Omit<PipelineView, 'definition'> } | null {
    const view = this.#node.view(key);
    if (!view) return null;
    const { definition: _, ...status } = view;
    return { sequence: view.sequence, status };
  }
}

/** A position beyond the end belongs to a store that has lost its data since: then everything that there is now is new. */
function reachable({ journal, batches }: EventCursor, end: EventCursor & { batches: number }): EventCursor {
  return {
    journal: journal > end.journal ? 0 : journal,
    batches: batches !== 'last-of-each' && batches > end.batches ? 0 : batches,
  };
}

async function* tagged<T extends Read>(
  of: T['of'],
  entries: AsyncGenerator<T['entry']>,
): AsyncGenerator<Read> {
  for await (const entry of entries) yield { of, entry } as Read;
}

function byTime(one: Read, other: Read): number {
  if (one.of === 'journal') return other.of === 'batches' ? -byTime(other, one) : 0;
  return other.of === 'journal' && isBefore(one.entry.event, other.entry.event) ? -1 : 1;
}

function eventView({ event, position: sequence }: JournalEntry): EventView {
  const { type, v, pipelineId, tenant, at, by, commandId, epoch, data } = event;
  return { sequence, type, v, pipelineId, tenant, at, by, commandId, epoch, data } as EventView;
}

const batchView = (journal: number, { event, position }: BatchEntry): EventView => ({
  sequence: batchSequence(journal, position),
  ...event,
});
