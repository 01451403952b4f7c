import type { StateStore } from '@nestjs-spark/contracts/internal';
import { SHARDS } from './shard-of.ts';
import {
  NoOwnerError,
  type ClusterOverview,
  type CommandRouter,
  type ShardKeeper,
  type ShardListener,
} from './ports.ts';

const ID = 'sparkPipelines/epoch';
const COLLECTION = 'SparkPipelines';

interface Owner {
  node: string;
  epoch: number;
}

/** One process owns every shard. Each start has a new epoch, so that a forgotten process on the same store is fenced. */
export class EmbeddedShards implements ShardKeeper {
  readonly node: string;
  readonly #store: StateStore;
  readonly #epochs = new Map<number, number>();
  #epoch = 0;

  constructor(store: StateStore, node: string) {
    this.#store = store;
    this.node = node;
  }

  async start(listener: ShardListener): Promise<void> {
    this.#epoch = await this.#claim(0);
    for (let shard = 0; shard < SHARDS; shard++) await listener.taken(shard, this.#epoch);
  }

  epochOf(shard: number): number | null {
    return this.#epoch === 0 ? null : (this.#epochs.get(shard) ?? this.#epoch);
  }

  async raise(shard: number, above: number): Promise<number> {
    const epoch = await this.#claim(above);
    this.#epochs.set(shard, epoch);
    return epoch;
  }

  async overview(): Promise<ClusterOverview> {
    const shards = Array.from({ length: SHARDS }, (_, shard) => ({
      shard,
      node: this.node,
      epoch: this.epochOf(shard) ?? 0,
    }));
    return { nodes: [{ id: this.node, shards: SHARDS }], shards };
  }

  async close(): Promise<void> {
    this.#epoch = 0;
  }

  async #claim(above: number): Promise<number> {
    const before = await this.#store.read<Owner>(ID);
    const epoch = Math.max(above, before?.value.epoch ?? 0) + 1;
    await this.#store.write(ID, COLLECTION, { node: this.node, epoch }, before?.version ?? null);
    return epoch;
  }
}

/** Routes commands within the process. */
export class LocalRouter implements CommandRouter {
  readonly #answers = new Map<number, (request: unknown) => Promise<unknown>>();

  serve(shard: number, _epoch: number, answer: (request: unknown) => Promise<unknown>): () => void {
    this.#answers.set(shard, answer);
    return () => {
      if (this.#answers.get(shard) === answer) this.#answers.delete(shard);
    };
  }

  async ask(shard: number, request: unknown): Promise<unknown> {
    const answer = this.#answers.get(shard);
    if (!answer) throw new NoOwnerError(`No process owns shard ${shard}`);
    return answer(request);
  }
}
