import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { PIPELINE_STATES } from '../aggregate/state.ts';
import { Letters } from '../store/letters.ts';
import type { PipelineKey } from '../store/ports.ts';
import type { PipelinesNode, RunNotice } from '../own/pipelines-node.ts';

const BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120];
const RECORDS = ['read', 'written', 'filtered', 'late'] as const;

/** Registers the Prometheus metrics of the pipelines in this process. */
export function measurePipelines(registry: Registry, node: PipelinesNode): void {
  const metrics = new PipelineMetrics(registry);
  node.notice((notice) => metrics.note(notice));
  gauges(registry, node);
}

class PipelineMetrics {
  readonly #records: Record<(typeof RECORDS)[number], Counter<'pipeline'>>;
  readonly #deadLettered: Counter<'pipeline'>;
  readonly #batches: Counter<'pipeline'>;
  readonly #seconds: Histogram<'pipeline'>;
  readonly #lag: Gauge<'pipeline'>;
  readonly #retries: Counter<'pipeline'>;
  readonly #fenced: Counter<'pipeline'>;
  readonly #taken: Counter;
  readonly #lastBatch = new Map<string, number>();

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['pipeline'] as const;
    const counter = (name: string, help: string): Counter<'pipeline'> =>
      new Counter({ name: `spark_pipeline_${name}`, help, labelNames, registers });
    this.#records = {
      read: counter('records_read_total', 'Records read from the source.'),
      written: counter('records_written_total', 'Records written to the sink.'),
      filtered: counter('records_filtered_total', 'Records that a filter left out.'),
      late: counter('records_late_total', 'Records that came after their window was closed.'),
    };
    this.#deadLettered = counter('dead_lettered_total', 'Records that could not be processed.');
    this.#batches = counter('batches_total', 'Batches written.');
    this.#retries = counter('retries_total', 'Interruptions after which the run tried again.');
    this.#fenced = counter(
      'fenced_total',
      'Writes that were refused because another process has the pipeline.',
    );
    this.#seconds = new Histogram({
      name: 'spark_pipeline_batch_seconds',
      help: 'From one written batch to the next.',
      labelNames,
      registers,
      buckets: BUCKETS,
    });
    this.#lag = new Gauge({
      name: 'spark_pipeline_lag_records',
      help: 'Records that wait in the source.',
      labelNames,
      registers,
    });
    this.#taken = new Counter({
      name: 'spark_shard_takeovers_total',
      help: 'Shards that this process has taken.',
      registers,
    });
  }

  note(notice: RunNotice): void {
    if (notice.kind === 'taken') return this.#taken.inc();
    const { pipelineId: pipeline } = notice.key;
    if (notice.kind === 'fenced') return this.#fenced.inc({ pipeline });
    if (notice.kind === 'deleted') {
      this.#lag.remove({ pipeline });
      this.#lastBatch.delete(pipeline);
      return;
    }
    const { status, before } = notice;
    const { progress } = status;
    const isNext = before !== null && progress.batches >= before.progress.batches;
    for (const name of RECORDS)
      this.#records[name].inc({ pipeline }, Math.max(0, isNext ? progress[name] - before.progress[name] : 0));
    if (isNext) {
      this.#deadLettered.inc({ pipeline }, Math.max(0, progress.deadLettered - before.progress.deadLettered));
      const batches = progress.batches - before.progress.batches;
      this.#batches.inc({ pipeline }, batches);
      if (batches > 0) this.#observe(pipeline);
      if (status.retries > before.retries) this.#retries.inc({ pipeline });
    }
    if (progress.lag !== null) this.#lag.set({ pipeline }, progress.lag);
  }

  #observe(pipeline: string): void {
    const now = performance.now();
    const last = this.#lastBatch.get(pipeline);
    if (last !== undefined) this.#seconds.observe({ pipeline }, (now - last) / 1_000);
    this.#lastBatch.set(pipeline, now);
  }
}

const COUNTED_EVERY_MS = 15_000;

interface LetterCount {
  key: PipelineKey;
  count: number;
}

/** The number of letters per pipeline, for pipelines that have had some. Each is recounted periodically. */
class CountedLetters {
  readonly #node: PipelinesNode;
  #counts: Promise<LetterCount[]> = Promise.resolve([]);
  #countedAt = -Infinity;

  constructor(node: PipelinesNode) {
    this.#node = node;
  }

  now(): Promise<LetterCount[]> {
    if (performance.now() - this.#countedAt > COUNTED_EVERY_MS) {
      this.#countedAt = performance.now();
      this.#counts = this.#count().catch(() => []);
    }
    return this.#counts;
  }

  async #count(): Promise<LetterCount[]> {
    const { projection, shards, store } = this.#node;
    const mine = projection
      .list()
      .filter(
        ({ key, state }) => state.status !== 'Deleted' && shards.epochOf(this.#node.shardOf(key)) !== null,
      )
      .filter(({ key }) => (this.#node.view(key)?.progress.deadLettered ?? 0) > 0);
    const counts: LetterCount[] = [];
    for (const { key, state } of mine) {
      const letters = new Letters(store.letters, key, state.firstGeneration);
      counts.push({ key, count: await letters.count() });
    }
    return counts;
  }
}

/** Metrics that are computed on each scrape. */
function gauges(registry: Registry, node: PipelinesNode): void {
  const counted = new CountedLetters(node);
  const state = new Gauge({
    name: 'spark_pipeline_state',
    help: "1 for the pipeline's current state.",
    labelNames: ['pipeline', 'state'],
    registers: [],
    collect() {
      this.reset();
      for (const {
        key,
        state: { status },
      } of node.projection.list())
        if (status !== 'Deleted')
          for (const one of PIPELINE_STATES)
            this.set({ pipeline: key.pipelineId, state: one }, one === status ? 1 : 0);
    },
  });
  const shards = new Gauge({
    name: 'spark_shards_owned',
    help: 'Shards that this process owns.',
    registers: [],
    collect() {
      this.set(node.shardsOwned());
    },
  });
  const nodes = new Gauge({
    name: 'spark_nodes_live',
    help: 'Processes that own shards.',
    registers: [],
    async collect() {
      const overview = await node.shards.overview().catch(() => null);
      if (overview) this.set(overview.nodes.length);
    },
  });
  const lag = new Gauge({
    name: 'spark_projection_lag_events',
    help: 'Events that the projections of this process have not seen.',
    registers: [],
    async collect() {
      const last = await node.store.journal.last().catch(() => null);
      if (last !== null) this.set(Math.max(0, last - node.projection.position));
    },
  });
  const letters = new Gauge({
    name: 'spark_pipeline_dead_letters',
    help: 'Dead letters of pipelines that this process runs, as of the last 15 s.',
    labelNames: ['pipeline'],
    registers: [],
    async collect() {
      const counts = await counted.now();
      this.reset();
      for (const { key, count } of counts)
        if (node.projection.get(key)?.state.status !== 'Deleted')
          this.set({ pipeline: key.pipelineId }, count);
    },
  });
  for (const gauge of [state, shards, nodes, lag, letters]) registry.registerMetric(gauge);
}
