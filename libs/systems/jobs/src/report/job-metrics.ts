import type { BreakerReport } from '@nestjs-spark/foundation/internal';
import { BREAKER_VALUES } from '@nestjs-spark/observability/internal';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Job } from '../job/job.ts';
import { isTerminal } from '../job/status.ts';
import type { JobStore } from '../job/store.ts';

/** The Prometheus metrics of jobs. */
export class JobMetrics {
  readonly #submitted: Counter<'backend' | 'kind'>;
  readonly #finished: Counter<'backend' | 'kind' | 'status'>;
  readonly #queueSeconds: Histogram;
  readonly #runSeconds: Histogram<'backend' | 'kind'>;
  readonly #cancelSeconds: Histogram<'backend'>;
  readonly #retries: Counter<'class'>;
  readonly #adopted: Counter<'backend'>;
  readonly #fenced: Counter;
  readonly #lost: Counter<'backend'>;
  readonly #cache: Counter<'outcome'>;
  readonly #backendErrors: Counter<'backend'>;
  readonly #registry: Registry;
  readonly #mayBeCached: (job: Job) => boolean;

  /** @param mayBeCached whether equal jobs share their results */
  constructor(registry: Registry, store: JobStore, mayBeCached: (job: Job) => boolean) {
    this.#mayBeCached = mayBeCached;
    const registers = [registry];
    const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> =>
      new Counter({ name: `spark_jobs_${name}`, help, labelNames, registers });
    this.#submitted = counter('submitted_total', 'Submitted jobs.', ['backend', 'kind']);
    this.#finished = counter('finished_total', 'Jobs that have ended.', ['backend', 'kind', 'status']);
    this.#retries = counter('retries_total', 'Runs that are retried.', ['class']);
    this.#adopted = counter('adopted_total', 'Runs that were taken over from another process.', ['backend']);
    this.#lost = counter('lost_total', 'Runs that a backend has lost; they are started again.', ['backend']);
    this.#fenced = counter(
      'fenced_total',
      'Changes that were refused because another process came first.',
      [],
    );
    this.#cache = counter('cache_total', 'Submitted jobs that may have a result in the cache, by outcome.', [
      'outcome',
    ]);
    this.#registry = registry;
    this.#backendErrors = counter('backend_errors_total', 'Calls that a backend has not answered.', [
      'backend',
    ]);
    const seconds = <T extends string>(name: string, help: string, labelNames: readonly T[]): Histogram<T> =>
      new Histogram({ name: `spark_jobs_${name}`, help, labelNames, registers, buckets: BUCKETS });
    this.#queueSeconds = seconds('queue_seconds', 'From submission to the first run.', []);
    this.#runSeconds = seconds('run_seconds', 'From the start of a run to its end.', ['backend', 'kind']);
    this.#cancelSeconds = seconds('cancel_seconds', 'From a request to cancel to its proof.', ['backend']);
    const queued = new Gauge({
      name: 'spark_jobs_queued',
      help: 'Jobs that wait, by lane.',
      labelNames: ['lane'],
      registers: [],
      async collect() {
        this.reset();
        for (const [lane, count] of Object.entries(await store.queued().catch(() => ({}))))
          this.set({ lane }, count);
      },
    });
    registry.registerMetric(queued);
    const foreign = new Counter({
      name: 'spark_jobs_foreign_messages_total',
      help: 'Messages among the jobs that no store of jobs wrote; they are ignored.',
      registers: [],
      collect() {
        this.reset();
        this.inc(store.foreign);
      },
    });
    registry.registerMetric(foreign);
  }

  moved(before: Job | null, after: Job): void {
    const backend = after.backend ?? 'none';
    const { kind } = after.transformation;
    if (before === null) {
      this.#submitted.inc({ backend: after.backendRequested, kind });
      const isHit = after.result?.cached === true;
      if (isHit || this.#mayBeCached(after)) this.#cache.inc({ outcome: isHit ? 'hit' : 'miss' });
    }
    if (after.status === 'Running' && before?.status === 'Queued' && after.attempt === 1)
      this.#queueSeconds.observe(secondsBetween(after.createdAt, after.startedAt));
    const last = after.attempts.at(-1);
    if (last?.endedAt && before?.attempts.at(-1)?.endedAt === null) {
      if (last.outcome === 'lost') this.#lost.inc({ backend });
      this.#runSeconds.observe({ backend, kind }, secondsBetween(last.startedAt, last.endedAt));
    }
    if (after.status === 'Retrying' && last?.outcome !== 'lost')
      this.#retries.inc({ class: after.cause?.class ?? 'none' });
    if (after.status === 'Cancelled' && after.cancel)
      this.#cancelSeconds.observe({ backend }, secondsBetween(after.cancel.requestedAt, after.endedAt));
    if (isTerminal(after.status)) this.#finished.inc({ backend, kind, status: after.status });
  }

  backendFailed(backend: string): void {
    this.#backendErrors.inc({ backend });
  }

  /** Looked up, as it cannot be counted by changes: a job that another process takes over leaves this one without any. */
  showRunning(look: () => { backend: string; running: number }[]): void {
    const running = new Gauge({
      name: 'spark_jobs_running',
      help: 'Jobs that this process runs.',
      labelNames: ['backend'],
      registers: [],
      collect() {
        for (const one of look()) this.set({ backend: one.backend }, one.running);
      },
    });
    this.#registry.registerMetric(running);
  }

  showBreakers(look: () => { backend: string; state: BreakerReport['state'] }[]): void {
    const states = new Gauge({
      name: 'spark_jobs_breaker_state',
      help: 'Whether runs are given to a backend: 0 all, 1 one at a time as a probe, 2 none.',
      labelNames: ['backend'],
      registers: [],
      collect() {
        for (const { backend, state } of look()) this.set({ backend }, BREAKER_VALUES[state]);
      },
    });
    this.#registry.registerMetric(states);
  }

  fenced(): void {
    this.#fenced.inc();
  }

  adopted(backend: string): void {
    this.#adopted.inc({ backend });
  }
}

const BUCKETS = [0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120, 600, 3_600];

function secondsBetween(from: string, to: string | null): number {
  return to === null ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1_000);
}
