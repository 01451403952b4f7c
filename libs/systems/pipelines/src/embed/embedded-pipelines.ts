import { hostname } from 'node:os';
import type { Logger } from '@nestjs-spark/foundation';
import type { PipelineState } from '../aggregate/state.ts';
import { NO_TOTALS, type Totals } from '../batch/batch.ts';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import { RunFailedError } from '../connect/ports.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { EmbeddedShards, LocalRouter } from '../shard/embedded-shards.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { Letters, type Letter } from '../store/letters.ts';
import { MemoryBoard } from '../store/memory-board.ts';
import { DEFAULT_TENANT, type PipelineStore } from '../store/ports.ts';

export interface EmbeddedRunOptions {
  from?: 'checkpoint' | 'beginning';
  /** What happens to the position if the definition has another source or sink. */
  reset?: 'keep' | 'beginning';
  signal: AbortSignal;
  /** Called after every batch. */
  onProgress?: (totals: Totals) => void;
}

/** How a run ended: Completed if the source was read to its end, Stopped on request. */
export interface RunResult {
  state: PipelineState;
  totals: Totals;
  /** The counts of this run alone. */
  added: Totals;
}

export interface EmbeddedPipelinesOptions {
  /** The folder of the SQLite file. */
  folder: string;
  /** The only folder in which definitions can name files. */
  files: string;
  /** Default: none. */
  connections?: Connections;
  /** The output of a `log` sink. */
  print: (line: string) => void;
  /** Default: nothing is logged. */
  log?: Logger;
}

const QUIET: Logger = { debug: nothing, log: nothing, warn: nothing, error: nothing };
function nothing(): void {}

/** Pipelines in this process, stored in a SQLite file: nothing has to be installed. */
export class EmbeddedPipelines {
  readonly #options: EmbeddedPipelinesOptions;
  readonly #store: PipelineStore;
  /** Pipelines that were run through this object; others that were killed in this folder are not resumed. */
  readonly #asked = new Set<string>();
  #node: Promise<PipelinesNode> | null = null;

  constructor(options: EmbeddedPipelinesOptions) {
    this.#options = options;
    this.#store = openEmbeddedStore(options.folder);
  }

  /**
   * Applies a definition and runs it until its source is read or the signal is aborted. A killed run resumes where it was.
   * @throws {CommandRefusedError} if it cannot be changed or started; {RunFailedError} if an operator has to act: it is then Failed
   */
  async run(definition: PipelineDefinition, options: EmbeddedRunOptions): Promise<RunResult> {
    const { signal, from = 'checkpoint', reset, onProgress } = options;
    this.#asked.add(definition.pipelineId);
    const node = await this.#open();
    const key = { tenant: DEFAULT_TENANT, pipelineId: definition.pipelineId };
    const asking = { by: 'local', commandId: null };
    const exists = node.projection.get(key)?.state.definition;
    let before: Totals | null = null;
    let totals = NO_TOTALS;
    const unhear = node.notice((notice) => {
      if (notice.kind !== 'report' || notice.key.pipelineId !== key.pipelineId) return;
      const { status } = notice;
      // Before the run, the progress is that of an earlier one, possibly of another generation.
      if (status.phase === 'starting' || (before === null && status.phase === 'none')) return;
      const { read, written, filtered, deadLettered, batches } = status.progress;
      totals = { read, written, filtered, deadLettered, batches };
      if (before === null) before = totals;
      else if (totals.batches > before.batches) onProgress?.(totals);
    });
    try {
      if (exists && node.projection.get(key)?.state.status === 'Running' && from === 'beginning')
        await node.submit(key, { type: 'stop' }, asking);
      const change = exists
        ? ({ type: 'update', definition, ...(reset && { reset }) } as const)
        : ({ type: 'create', definition } as const);
      await node.submit(key, change, asking);
      await node.submit(key, { type: 'start', from }, asking);
      const state = await this.#untilEnd(node, key, signal);
      if (state.status === 'Failed') throw new RunFailedError(state.reason ?? 'It has failed');
      return { state, totals, added: difference(totals, before ?? totals) };
    } finally {
      unhear();
    }
  }

  /** The records that a pipeline could not process. */
  letters(pipelineId: string): Promise<Letter[]> {
    return new Letters(this.#store.letters, { tenant: DEFAULT_TENANT, pipelineId }).list();
  }

  async close(): Promise<void> {
    await (await this.#node)?.close();
    await this.#store.close();
  }

  #open(): Promise<PipelinesNode> {
    const { files, connections = new Connections([]), print, log = QUIET } = this.#options;
    this.#node ??= (async () => {
      const node = new PipelinesNode({
        store: this.#store,
        shards: new EmbeddedShards(this.#store.letters, `${hostname()}:${process.pid}`),
        router: new LocalRouter(),
        board: new MemoryBoard(),
        around: { files: new FilesFolder(files), connections, print, warn: (text) => log.warn(text) },
        log,
        resumes: ({ pipelineId }) => this.#asked.has(pipelineId),
      });
      await node.start();
      return node;
    })();
    return this.#node;
  }

  async #untilEnd(
    node: PipelinesNode,
    key: { tenant: string; pipelineId: string },
    signal: AbortSignal,
  ): Promise<PipelineState> {
    const state = () => node.projection.get(key)?.state as PipelineState;
    const stop = () =>
      void node.submit(key, { type: 'stop' }, { by: 'local', commandId: null }).catch(nothing);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      while (state().status === 'Running')
        await new Promise<void>((resolve) => {
          const unhear = node.projection.listen(() => {
            unhear();
            resolve();
          });
        });
      return state();
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

function difference(after: Totals, before: Totals): Totals {
  return {
    read: after.read - before.read,
    written: after.written - before.written,
    filtered: after.filtered - before.filtered,
    deadLettered: after.deadLettered - before.deadLettered,
    batches: after.batches - before.batches,
  };
}
