import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { describeError } from '@nestjs-spark/foundation';
import { logFor } from '@nestjs-spark/observability/internal';
import type { Registry } from 'prom-client';
import { HttpBackend } from '../backends/http/http-backend.ts';
import { MemoryBackend } from '../backends/memory-backend.ts';
import { RunHistory } from '../choose/run-history.ts';
import { JobListeners } from '../declare/job-listeners.ts';
import type { JobBackend } from '../job/backend.ts';
import { JobHandlers } from '../job/handler.ts';
import type { Job } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';
import type { EventPublisher } from '../publish/event-publisher.ts';
import { JobMetrics } from '../report/job-metrics.ts';
import { BackendGuards } from '../run/backend-guards.ts';
import { CancelWatch } from '../run/cancel-watch.ts';
import { JobRunner } from '../run/job-runner.ts';
import { QueueTimers } from '../run/queue-timers.ts';
import { WorkerBackends } from '../run/worker-backends.ts';
import type { JobObserver } from '../run/parts.ts';
import { sweepContents } from '../run/sweep-contents.ts';
import { ProgressBoard } from '../run/progress-board.ts';
import { JobsService } from '../serve/jobs.service.ts';
import { JobQuota } from '../serve/quota.ts';
import { Submissions } from '../serve/submissions.ts';
import { JobTests } from '../prove/job-tests.ts';
import type { JobsSettings } from '../settings/settings.ts';
import { cacheKeyOf } from '../submit/cache-key.ts';

/** Backends and a publisher from outside the settings. */
export interface MoreBackends {
  /** Used in addition to the configured backends. */
  beside?: readonly JobBackend[];
  /** Used instead of the configured backends. */
  instead?: readonly JobBackend[];
  /** Publishes the changes of all jobs. */
  publisher?: EventPublisher | null;
}

/** Everything that executes and serves jobs in one process. */
export class JobsEngine {
  readonly handlers = new JobHandlers();
  readonly backends: JobBackend[];
  readonly listeners = new JobListeners(logFor('JobListeners'));
  readonly service: JobsService;
  readonly tests: JobTests;
  readonly #runner: JobRunner | null;
  readonly #timeouts: QueueTimers;
  readonly #scripts = new ScriptPool({ maxWorkers: 1 });
  readonly #store: JobStore;
  readonly #retentionMs: number;
  readonly #publisher: EventPublisher | null;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    settings: JobsSettings,
    store: JobStore,
    registry: Registry,
    { beside = [], instead, publisher = null }: MoreBackends = {},
  ) {
    const keyOf = (job: Job): string | null => cacheKeyOf(job, this.handlers);
    const metrics = new JobMetrics(registry, store, (job) => keyOf(job) !== null);
    const log = logFor('Jobs');
    const progress = new ProgressBoard();
    const history = new RunHistory();
    const observer: JobObserver = {
      moved: (before, after) => {
        metrics.moved(before, after);
        if (before?.attempts.at(-1)?.endedAt === null) history.note(after);
        this.listeners.tell(after);
        this.#timeouts.moved(after);
      },
      fenced: () => metrics.fenced(),
      adopted: (backend) => metrics.adopted(backend),
    };
    this.#store = store;
    this.#publisher = publisher;
    this.#retentionMs = settings.retentionMs;
    const own = settings.memory ? [new MemoryBackend(this.handlers)] : [];
    const named = settings.backends.map((place) => new HttpBackend(place));
    this.backends = [...(instead ?? [...own, ...named, ...beside])];
    const guards = new BackendGuards(log, (backend) => metrics.backendFailed(backend));
    metrics.showBreakers(() =>
      this.backends.map((backend) => ({ backend: backend.name, ...guards.report(backend) })),
    );
    metrics.showRunning(() =>
      this.backends.map(({ name }) => ({ backend: name, running: guards.running(name) })),
    );
    const limit = settings.role === 'api' ? 0 : settings.concurrency;
    const executors = { backends: this.backends, handlers: this.handlers, scripts: this.#scripts };
    const quota = new JobQuota(settings.quotas, store);
    const submissions = new Submissions({
      store,
      executors,
      quota,
      inputPrefixes: settings.inputPrefixes,
      observer,
      cacheKeyOf: keyOf,
    });
    this.service = new JobsService({
      store,
      backends: this.backends,
      guards,
      limit,
      submissions,
      quota,
      progress,
      observer,
    });
    this.tests = new JobTests(this.service, store, log);
    const parts = {
      store,
      backends: this.backends,
      guards,
      history,
      memoryBytes: settings.memoryBytes,
      progress,
      cancels: new CancelWatch(store, log),
      workers: new WorkerBackends(this.backends, store, log),
      observer,
      log,
      owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      retentionMs: settings.retentionMs,
      cacheKeyOf: keyOf,
    };
    this.#timeouts = new QueueTimers(parts);
    this.#runner = settings.role === 'api' ? null : new JobRunner(parts, settings.concurrency);
  }

  start(): void {
    this.#runner?.start();
    this.#publisher?.start();
    if (this.#runner) this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweeping);
    this.#timeouts.close();
    await this.tests.close();
    const stopping = this.#runner?.stop();
    await Promise.all([...this.backends.map((backend) => backend.close?.()), this.#scripts.close()]);
    await stopping;
    await this.#publisher?.stop();
    await this.#store.close();
  }

  async #sweep(): Promise<void> {
    await sweepContents(this.#store, this.#retentionMs).catch((error: unknown) =>
      logFor('Jobs').warn(
        `Contents that are no longer needed cannot be removed for now: ${describeError(error)}`,
      ),
    );
  }
}

/** How often contents are swept, in milliseconds: they may outlive their jobs by this long. */
const SWEEP_EVERY_MS = 600_000;
