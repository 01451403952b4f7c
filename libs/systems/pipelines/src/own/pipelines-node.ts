import { describeError, type Logger } from '@nestjs-spark/foundation';
import { counted, pause, persist, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { CommandRefusedError, type CommandRefusal, type PipelineCommand } from '../aggregate/commands.ts';
import type { PipelineState } from '../aggregate/state.ts';
import type { Surroundings } from '../connect/connectors.ts';
import { FencedError } from '../connect/ports.ts';
import { PipelinesProjection } from '../project/projection.ts';
import { statusOf, viewOf, type PipelineView, type RunStatus } from '../project/view.ts';
import type { RunReport } from '../run/supervised-run.ts';
import { NoOwnerError, type CommandRouter, type ShardKeeper } from '../shard/ports.ts';
import { shardOf } from '../shard/shard-of.ts';
import { keyText, type PipelineKey, type PipelineStore, type StatusBoard } from '../store/ports.ts';
import { Scripts } from '../transform/script-step.ts';
import { closeOwned } from './close-owned.ts';
import { readReply, readRequest, type CommandRequest } from './messages.ts';
import { OwnedPipeline } from './owned-pipeline.ts';
import { Rates } from './rates.ts';
import { toOpen } from './to-open.ts';

export interface PipelinesNodeParts {
  store: PipelineStore;
  shards: ShardKeeper;
  router: CommandRouter;
  board: StatusBoard<RunStatus>;
  around: Surroundings;
  log: Logger;
  /** Which pipelines resume on their own when their shard is taken. Default: all. */
  resumes?: (key: PipelineKey) => boolean;
}

/** Who sent the request, and the key by which a repeated one is recognized. */
export interface Asking {
  by: string;
  commandId: string | null;
}

/** An event of this process's runs, for metrics. */
export type RunNotice =
  | { kind: 'report'; key: PipelineKey; status: RunStatus; before: RunStatus | null }
  | { kind: 'fenced'; key: PipelineKey }
  | { kind: 'deleted'; key: PipelineKey }
  | { kind: 'taken' };

/** The pipelines of one process, and access to those of others. */
export class PipelinesNode {
  readonly projection: PipelinesProjection;
  readonly #parts: PipelinesNodeParts;
  readonly #scripts = new Scripts();
  readonly #owned = new Map<string, Promise<OwnedPipeline>>();
  readonly #serving = new Map<number, () => void>();
  readonly #rates = new Rates();
  readonly #listeners = new Set<(notice: RunNotice) => void>();
  readonly #closing = new AbortController();
  #isFollowing = false;

  constructor(parts: PipelinesNodeParts) {
    this.#parts = parts;
    this.projection = new PipelinesProjection(parts.store.journal, parts.log);
  }

  get store(): PipelineStore {
    return this.#parts.store;
  }

  get around(): Surroundings {
    return this.#parts.around;
  }

  get scripts(): Scripts {
    return this.#scripts;
  }

  get shards(): ShardKeeper {
    return this.#parts.shards;
  }

  shardOf({ tenant, pipelineId }: PipelineKey): number {
    return shardOf(tenant, pipelineId);
  }

  describe(): string {
    const { mode } = this.#parts.store;
    return `${mode}, ${counted(this.#serving.size, 'shard')}, ${counted(this.#owned.size, 'pipeline')} open`;
  }

  shardsOwned(): number {
    return this.#serving.size;
  }

  /** Claims its shards and resumes their pipelines. If it fails, it may be called again. */
  async start(): Promise<void> {
    if (!this.#isFollowing) this.projection.start(() => void this.#openAgain());
    this.#isFollowing = true;
    await this.#knowAll(() => this.#closing.signal.aborted);
    if (this.#closing.signal.aborted) return;
    await this.#parts.shards.start({
      taken: (shard, epoch) => this.#take(shard, epoch),
      lost: (shard) => this.#lose(shard),
    });
  }

  /** Calls back for events of this process's own runs. @returns a function that unsubscribes */
  notice(listener: (notice: RunNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls back for every pipeline, in any process, whose state (`isState`) or run has changed. @returns a function that unsubscribes */
  watch(listener: (key: PipelineKey, isState: boolean) => void): () => void {
    const stops = [
      this.projection.listen((key) => listener(key, true)),
      this.#parts.board.listen((key) => listener(key, false)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  view(key: PipelineKey): PipelineView | null {
    const projected = this.projection.get(key);
    return projected && viewOf(key, projected.state, projected.position, this.#parts.board.get(key));
  }

  /**
   * Lets the pipeline's owner carry out a command, whichever process that is.
   * @throws {CommandRefusedError}; {NoOwnerError} after 5 s without an owner
   */
  async submit(
    key: PipelineKey,
    command: PipelineCommand,
    { by, commandId }: Asking,
  ): Promise<{ view: PipelineView; state: PipelineState; isReplayed: boolean; isNew: boolean }> {
    const request: CommandRequest = { ...key, command, by, commandId, at: new Date().toISOString() };
    const reply = readReply(await this.#parts.router.ask(shardOf(key.tenant, key.pipelineId), request));
    if (reply.kind === 'refused')
      throw new CommandRefusedError(reply.refusal as CommandRefusal, reply.message);
    await this.projection.reached(reply.position);
    const { state, position, status, isReplayed, isNew = false } = reply;
    return { view: viewOf(key, state, position, status), state, isReplayed, isNew };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const stop of this.#serving.values()) stop();
    const owned = await Promise.all([...this.#owned.values()].map((opening) => opening.catch(() => null)));
    await Promise.all(owned.map((pipeline) => pipeline?.close()));
    await this.#parts.shards.close();
    this.projection.close();
    await this.#scripts.close();
    await this.#parts.board.close();
  }

  /** What is open here goes by events that the journal does not have any more. */
  async #openAgain(): Promise<void> {
    const { signal } = this.#closing;
    await closeOwned(this.#owned, () => true);
    await persist(() => this.#knowAll(() => signal.aborted), { signal, policy: OPENED_AGAIN });
    for (const shard of this.#serving.keys()) await this.#resume(shard);
  }

  /** However long the journal is: a pipeline that is not known when its shard is taken would not be resumed. */
  async #knowAll(isOver: () => boolean): Promise<void> {
    while (!isOver() && !(await this.projection.reached(await this.#parts.store.journal.last())));
  }

  async #take(shard: number, epoch: number): Promise<void> {
    this.#notify({ kind: 'taken' });
    const isLost = (): boolean => this.#parts.shards.epochOf(shard) !== epoch;
    await this.#knowAll(isLost);
    if (isLost()) return;
    this.#serving.get(shard)?.();
    this.#serving.set(
      shard,
      this.#parts.router.serve(shard, epoch, (request) => this.#answer(shard, request)),
    );
    await this.#resume(shard);
  }

  async #resume(shard: number): Promise<void> {
    const { resumes = () => true, store } = this.#parts;
    const listed = this.projection.list().filter(({ key }) => resumes(key));
    for await (const key of toOpen(shard, listed, store))
      await this.#open(key, shard).catch((error: unknown) => this.#openLater(key, shard, error));
  }

  /** Retries opening a pipeline that should run, for as long as this process owns it. */
  #openLater(key: PipelineKey, shard: number, error: unknown): void {
    this.#say(key, error);
    const { shards } = this.#parts;
    const epoch = shards.epochOf(shard);
    const work = async () => {
      if (epoch !== null && shards.epochOf(shard) === epoch) await this.#open(key, shard);
    };
    const { signal } = this.#closing;
    const retries = (failure: unknown) => !(failure instanceof FencedError);
    void pause(OPENED_AGAIN.waitMs, signal)
      .then(() => persist(work, { signal, policy: OPENED_AGAIN, retries }))
      .catch((failure: unknown) => this.#say(key, failure));
  }

  async #lose(shard: number): Promise<void> {
    this.#serving.get(shard)?.();
    this.#serving.delete(shard);
    await closeOwned(this.#owned, (text) => shardOfText(text) === shard);
  }

  async #answer(shard: number, asked: unknown): Promise<unknown> {
    const request = readRequest(asked);
    const { tenant, pipelineId, command, by, commandId, at } = request;
    if (shardOf(tenant, pipelineId) !== shard) throw new TypeError('A command of another shard');
    try {
      const pipeline = await this.#open({ tenant, pipelineId }, shard);
      const performed = await pipeline.perform(command, { by, commandId, at });
      return { kind: 'done', ...performed };
    } catch (error) {
      if (error instanceof CommandRefusedError)
        return { kind: 'refused', refusal: error.kind, message: error.message };
      if (error instanceof FencedError) throw new NoOwnerError('The pipeline has just changed its owner');
      throw error;
    }
  }

  async #open(key: PipelineKey, shard: number): Promise<OwnedPipeline> {
    const text = keyText(key);
    const there = this.#owned.get(text);
    if (there) return there;
    const { store, around, log, shards } = this.#parts;
    const epoch = shards.epochOf(shard);
    if (epoch === null || this.#closing.signal.aborted) throw new FencedError(null);
    const onReport = (report: RunReport, state: PipelineState) => this.#report(key, report, state, epoch);
    const opening = OwnedPipeline.open({
      key,
      node: shards.node,
      holder: shards.holder,
      shard,
      epoch,
      store,
      around,
      log,
      scripts: this.#scripts,
      onReport,
      status: () => this.#parts.board.get(key),
      onFenced: (stored) => void this.#fenced(key, shard, stored),
    });
    this.#owned.set(text, opening);
    opening.catch(() => this.#owned.get(text) === opening && this.#owned.delete(text));
    return opening;
  }

  /** Another owner has written in this epoch or a later one. If this process still owns the shard, it continues with a larger one. */
  async #fenced(key: PipelineKey, shard: number, stored: number | null): Promise<void> {
    this.#notify({ kind: 'fenced', key });
    const text = keyText(key);
    await closeOwned(this.#owned, (one) => one === text);
    const { signal } = this.#closing;
    const onFailure = (error: unknown) => this.#say(key, error);
    await persist(() => this.#raise(text, shard, stored ?? 0), { signal, policy: OPENED_AGAIN, onFailure });
    await pause(FENCE_PAUSE_MS, signal);
    if (this.#parts.shards.epochOf(shard) === null) return;
    await this.#open(key, shard).catch((error: unknown) => this.#openLater(key, shard, error));
  }

  /** Not if the shard was lost meanwhile: then its next owner continues. */
  async #raise(text: string, shard: number, stored: number): Promise<void> {
    const { shards, log } = this.#parts;
    const epoch = shards.epochOf(shard);
    if (epoch === null) return;
    const raised = await shards.raise(shard, Math.max(epoch, stored));
    const when = stored > 0 ? `in epoch ${stored}` : 'meanwhile';
    log.warn(`${text}: continued in epoch ${raised}, because another process has written ${when}`);
  }

  #report(key: PipelineKey, report: RunReport, state: PipelineState, epoch: number): void {
    // What is known of a pipeline that has not run belongs to a deleted one with its id.
    const before = state.hasRun ? this.#parts.board.get(key) : null;
    const rate = this.#rates.of(keyText(key), report.progress?.totals.read ?? 0);
    const status = statusOf(report, this.#parts.shards.node, epoch, before, rate);
    if (state.status !== 'Deleted') this.#parts.board.put(key, status);
    this.#notify({ kind: 'report', key, status, before });
    if (state.status === 'Deleted') this.#notify({ kind: 'deleted', key });
  }

  #notify(notice: RunNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }

  #say(key: PipelineKey, error: unknown): void {
    this.#parts.log.warn(`${keyText(key)} cannot be taken: ${describeError(error)}`);
  }
}

const FENCE_PAUSE_MS = 500;
const OPENED_AGAIN: RetryPolicy & { waitMs: number } = { waitMs: 500, factor: 2, longestMs: 10_000 };

function shardOfText(text: string): number {
  const at = text.lastIndexOf('/');
  return shardOf(text.slice(0, at), text.slice(at + 1));
}
