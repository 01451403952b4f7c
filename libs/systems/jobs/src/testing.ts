import { MetricsRegistry } from '@nestjs-spark/observability';
import type { JobStore } from './job/store.ts';
import { JobsEngine } from './module/jobs-engine.ts';
import { JOB_STORE, JOBS_ENGINE, JOBS_SETTINGS } from './module/tokens.ts';
import type { JobsSettings } from './settings/settings.ts';
import { MemoryJobStore } from './store/memory-job-store.ts';
import { TestBackend } from './held/test-backend.ts';
import { TestRun } from './held/test-run.ts';

export { TestRun };

/** The part of `Test.createTestingModule()`'s return type that is used here. */
export interface OverridableJobs {
  overrideProvider(token: unknown): {
    useFactory(options: { factory: (...dependencies: never[]) => unknown; inject?: unknown[] }): unknown;
  };
}

/** The run that a test waits for; all given fields have to match. */
export interface WantedRun {
  jobId?: string;
  name?: string;
  handler?: string;
}

const MOST_AT_ONCE = 100;
const TIMEOUT_MS = 10_000;

/**
 * An application with jobs under test, without a server: its jobs are in memory, and nothing runs until the test decides the outcome. Submissions
 * are checked, events are delivered, and retries and cancellations work as in production. `app.close()` ends all of it.
 *
 * ```ts
 * const testing = new JobsTesting();
 * const module = await testing.override(Test.createTestingModule({ imports: [AppModule] })).compile();
 * const run = await testing.run({ handler: 'report' });
 * run.succeed({ pages: 3 });
 * ```
 */
export class JobsTesting {
  readonly #timeoutMs: number;
  readonly #waiting: TestRun[] = [];
  readonly #wanted = new Set<() => void>();

  /** @param options `timeoutMs`: how long `run()` waits. Default 10 s */
  constructor({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}) {
    this.#timeoutMs = timeoutMs;
  }

  /** Replaces the store and the backends. @returns the builder, ready to compile */
  override<B extends OverridableJobs>(builder: B): B {
    builder.overrideProvider(JOB_STORE).useFactory({
      inject: [JOBS_SETTINGS],
      factory: (settings: JobsSettings) => new MemoryJobStore(settings),
    });
    builder.overrideProvider(JOBS_ENGINE).useFactory({
      inject: [JOBS_SETTINGS, JOB_STORE, MetricsRegistry],
      factory: (settings: JobsSettings, store: JobStore, { registry }: MetricsRegistry) =>
        new JobsEngine({ ...settings, role: 'all', concurrency: MOST_AT_ONCE }, store, registry, {
          instead: [this.#backend()],
        }),
    });
    return builder;
  }

  /**
   * Waits for the next matching run to begin. Each run is returned once.
   * @throws {Error} if none has begun in time; it names those that have
   */
  async run(wanted: WantedRun = {}): Promise<TestRun> {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    for (;;) {
      const index = this.#waiting.findIndex((run) => fits(run, wanted));
      const [found] = index < 0 ? [] : this.#waiting.splice(index, 1);
      if (found) return found;
      if (signal.aborted) throw new Error(this.#describe(wanted));
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#wanted.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#wanted.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
  }

  #backend(): TestBackend {
    return new TestBackend((held) => {
      this.#waiting.push(new TestRun(held));
      for (const done of this.#wanted) done();
    });
  }

  #describe(wanted: WantedRun): string {
    const begun = this.#waiting.map(({ name }) => name);
    const others = begun.length === 0 ? 'no other run has begun' : `others have: ${begun.join(', ')}`;
    return `No run that fits ${JSON.stringify(wanted)} has begun within ${this.#timeoutMs} ms; ${others}`;
  }
}

function fits({ jobId, name, transformation }: TestRun, wanted: WantedRun): boolean {
  if (wanted.jobId !== undefined && wanted.jobId !== jobId) return false;
  if (wanted.name !== undefined && wanted.name !== name) return false;
  const handler = transformation.kind === 'handler' ? transformation.handler : undefined;
  return wanted.handler === undefined || wanted.handler === handler;
}
