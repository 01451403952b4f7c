import type { ApiCaller } from '@nestjs-spark/auth';
import type { PipelineEvent } from '../aggregate/events.ts';
import type { PipelinesNode } from '../own/pipelines-node.ts';
import type { PipelineView } from '../project/view.ts';
import type { JournalEntry, PipelineKey } from '../store/ports.ts';
import { canRead } from './access.ts';

/** An event as it is shown. */
export type EventView = Omit<PipelineEvent, 'fingerprint'> & { sequence: number };

export interface EventQuery {
  /** Absent: of all that the caller may read. */
  key?: PipelineKey;
  /** The sequence of the last event that is known. */
  after: number | 'now';
}

/** What happens to pipelines, as it happens. */
export class PipelinesFeed {
  readonly #node: PipelinesNode;

  constructor(node: PipelinesNode) {
    this.#node = node;
  }

  /** The sequence of the last event of all. */
  position(): Promise<number> {
    return this.#node.store.journal.last();
  }

  async *events(
    { key, after }: EventQuery,
    caller: ApiCaller,
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    const from = after === 'now' ? await this.position() : after;
    for await (const entry of this.#node.store.journal.follow(from, signal)) {
      const { tenant, pipelineId } = entry.event;
      const isMeant = key
        ? tenant === key.tenant && pipelineId === key.pipelineId
        : canRead(caller, entry.event);
      if (isMeant) yield eventView(entry);
    }
  }

  /** Pipelines that the caller may read. */
  keys(caller: ApiCaller): PipelineKey[] {
    const there = this.#node.projection.list().filter(({ state }) => state.status !== 'Deleted');
    return there.map(({ key }) => key).filter((key) => canRead(caller, key));
  }

  /** Told of those whose state (`isState`) or run has changed. */
  watch(caller: ApiCaller, listener: (key: PipelineKey, isState: boolean) => void): () => void {
    return this.#node.watch((key, isState) => canRead(caller, key) && listener(key, isState));
  }

  /** A pipeline without its definition, also one that was deleted, and the sequence of its last event. */
  status(key: PipelineKey): { sequence: number; status: Omit<PipelineView, 'definition'> } | null {
    const view = this.#node.view(key);
    if (!view) return null;
    const { definition: _, ...status } = view;
    return { sequence: view.sequence, status };
  }
}

export function eventView({ event, position: sequence }: JournalEntry): EventView {
  const { type, v, pipelineId, tenant, at, by, commandId, epoch, data } = event;
  return { sequence, type, v, pipelineId, tenant, at, by, commandId, epoch, data } as EventView;
}
