import { UnavailableError } from '@nestjs-spark/contracts';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { Breakers, type Breaker, type BreakerReport } from '@nestjs-spark/foundation/internal';
import { RunRefusedError, type BackendHealth, type JobBackend } from '../job/backend.ts';
import type { JobKind } from '../job/job.ts';

/** How long a backend may take to say how it is. */
const HEALTH_MS = 2_000;
/** For a backend in this process, which answers at once. */
const NEVER = new AbortController().signal;

/** A breaker for each backend. It counts calls that fail, never what becomes of jobs. */
export class BackendGuards {
  readonly #breakers: Breakers;
  readonly #running = new Map<string, number>();
  readonly #failed: (backend: string) => void;

  /** @param failed is told of every call that a backend has not answered */
  constructor(log: Pick<Logger, 'log' | 'warn'>, failed: (backend: string) => void) {
    this.#breakers = new Breakers(log);
    this.#failed = failed;
  }

  /** Whether a backend takes runs; one whose breaker is open is not even asked. */
  async health(backend: JobBackend, kind?: JobKind): Promise<BackendHealth> {
    const signal = backend.capabilities.local ? NEVER : AbortSignal.timeout(HEALTH_MS);
    const look = (): Promise<BackendHealth> => backend.health(signal, kind);
    try {
      if (this.report(backend).state !== 'closed') return await this.call(backend, look);
      // A backend that is well and starts nothing is away all the same: a good answer does not take back failed calls.
      return await look().catch((error: unknown) => this.call(backend, () => Promise.reject(error)));
    } catch (error) {
      return { available: false, reason: describeError(error) };
    }
  }

  /** @throws what the call throws; {UnavailableError} when it is not made */
  async call<T>({ name }: JobBackend, work: () => Promise<T>): Promise<T> {
    return await this.#of(name).run(async () => {
      try {
        return await work();
      } catch (error) {
        if (isOutage(error)) this.#failed(name);
        throw error;
      }
    });
  }

  /** A run takes a place at a backend. @returns what gives it back */
  occupy({ name }: JobBackend): () => void {
    this.#running.set(name, this.running(name) + 1);
    return () => void this.#running.set(name, this.running(name) - 1);
  }

  /** How many runs of this process a backend executes. */
  running(backend: string): number {
    return this.#running.get(backend) ?? 0;
  }

  report({ name }: JobBackend): BreakerReport {
    return this.#of(name).report();
  }

  #of(name: string): Breaker {
    return this.#breakers.of({
      target: `backend:${name}`,
      isOutage,
      refuse: (cause) => new UnavailableError(cause.message, { cause }),
    });
  }
}

/** A run that is refused was answered. */
function isOutage(error: unknown): boolean {
  return !(error instanceof RunRefusedError);
}
