/** Manages which shards this process owns, and in which epoch. */
export interface ShardKeeper {
  /** The name of this process. */
  readonly node: string;
  /** Identifies this process: no other has the same value, not even one with the same name. */
  readonly holder: string;
  /** Begins to claim shards; resolves when it has claimed what is its own and free. */
  start(listener: ShardListener): Promise<void>;
  /** The epoch in which this process owns the shard; null if it does not. */
  epochOf(shard: number): number | null;
  /**
   * Takes a larger epoch for a shard that this process owns, because another owner has written in the current one or a later one.
   * @throws {FencedError} when it does not own the shard any more
   */
  raise(shard: number, above: number): Promise<number>;
  overview(): Promise<ClusterOverview>;
  close(): Promise<void>;
}

export interface ShardListener {
  /** This process owns the shard from now on. */
  taken(shard: number, epoch: number): Promise<void>;
  /** The work on the shard has to end; anything still running when this resolves is refused by the fences. */
  lost(shard: number): Promise<void>;
}

export interface ClusterOverview {
  nodes: { id: string; shards: number }[];
  shards: { shard: number; node: string; epoch: number }[];
}

/** Routes commands to the owner of a shard. */
export interface CommandRouter {
  /** Answers commands for a shard while this process owns it in this epoch. @returns a function that stops it */
  serve(shard: number, epoch: number, answer: (request: unknown) => Promise<unknown>): () => void;
  /**
   * Sends a request to the owner of the shard, waiting for one for up to 5 s in all.
   * @throws {NoOwnerError} if there is none
   */
  ask(shard: number, request: unknown): Promise<unknown>;
}

/** Nobody owned the shard for as long as a command may wait. Send the command again; with its key it is executed once. */
export class NoOwnerError extends Error {
  override readonly name = 'NoOwnerError';
}
