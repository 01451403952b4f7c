import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { describeError } from '../errors/describe-error.ts';
import type { Logger } from '../logging/logger.ts';
import { delayMs, type RetryPolicy } from './retry-policy.ts';

/** Consecutive failures that open the breaker. */
const FAILURES_TO_OPEN = 5;
/** How long nothing is sent before one request may probe the target. */
const REST: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000, jitter: 0.5 };

/** `open`: nothing is sent. `half-open`: one request is probing whether the target is back. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** A breaker's state, for health and metrics. */
export interface BreakerReport {
  readonly target: string;
  readonly state: BreakerState;
  /** Why it is not closed, for operators; null while it is. */
  readonly reason: string | null;
}

export interface BreakerParts {
  /** What requests go to, as named in health, metrics and the log; without secrets. */
  target: string;
  /** Whether an error means that nothing answered. Any answer of the target, including a refusal, shows that it is there. */
  isOutage: (error: unknown) => boolean;
  /** Makes the error for a request that is not sent. */
  refuse: (cause: Error) => Error;
  log: Pick<Logger, 'log' | 'warn'>;
}

/**
 * Stops sending to a target that does not answer: five consecutive failures open it, then one request at a time probes whether
 * the target is back, after waits that grow to three seconds. So an outage costs one request every few seconds, however much work
 * is waiting, and two lines in the log.
 */
export class Breaker {
  readonly #parts: BreakerParts;
  readonly #policy: CircuitBreakerPolicy;
  #failure: Error | null = null;
  #said = false;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
    this.#policy = circuitBreaker(handleType(Outage), {
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
      halfOpenAfter: { next: ({ attempt }) => new Rest(attempt) },
    });
    this.#policy.onBreak(() => this.#opened());
    this.#policy.onReset(() => this.#closed());
  }

  report(): BreakerReport {
    const { target } = this.#parts;
    const state = STATES[this.#policy.state];
    return { target, state, reason: state === 'closed' ? null : this.#reason() };
  }

  /** @throws what `work` throws, or what `refuse` returned when it was not started */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // Otherwise others would wait for the probe, for as long as it may take.
    if (this.#policy.state === CircuitState.HalfOpen) throw this.#refusal();
    try {
      const { result } = await this.#policy.execute(() => this.#attempt(work));
      return await result;
    } catch (error) {
      if (error instanceof Outage) throw error.cause;
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw this.#refusal();
    }
  }

  /** Anything but an outage counts as success here: the target answered. */
  async #attempt<T>(work: () => Promise<T>): Promise<{ result: Promise<T> }> {
    try {
      return { result: Promise.resolve(await work()) };
    } catch (error) {
      if (this.#parts.isOutage(error)) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        throw new Outage('Nothing answered', { cause: error });
      }
      const result = Promise.reject<T>(error);
      result.catch(() => undefined);
      return { result };
    }
  }

  #refusal(): Error {
    return this.#parts.refuse(new Error(this.#reason(), { cause: this.#failure }));
  }

  #reason(): string {
    return `${this.#parts.target} has not answered ${FAILURES_TO_OPEN} times in a row; it is tried again every few seconds`;
  }

  #opened(): void {
    if (this.#said) return;
    this.#said = true;
    this.#parts.log.warn(`${this.#reason()}: ${describeError(this.#failure)}`);
  }

  #closed(): void {
    this.#said = false;
    this.#parts.log.log(`${this.#parts.target} answers again`);
  }
}

class Outage extends Error {}

/** Timed by the monotonic clock: cockatiel compares `duration` with the wall clock, which may be set back. */
class Rest {
  readonly #until: number;

  constructor(attempt: number) {
    this.#until = performance.now() + delayMs(REST, attempt);
  }

  get duration(): number {
    return performance.now() < this.#until ? Infinity : -Infinity;
  }

  next({ attempt }: { attempt: number }): Rest {
    return new Rest(attempt);
  }
}

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};
