import { UnavailableError } from '@nestjs-spark/contracts';
import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';
import { type Logger, messageOf, persist, SayOnce } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { RETRY } from '../connect/retry-policy.ts';
import { acquireLease } from './acquire-lease.ts';
import { holdLease, WorkFailed } from './hold-lease.ts';
import { LeaseStore } from './lease-store.ts';
import { LeaseTime } from './lease-time.ts';

export interface JetStreamLeaseKeeperOptions {
  connection: JetStreamConnection;
  /** Owner of these leases: only instances of one module compete for one. */
  module: string;
  log: Logger;
  /**
   * How long others wait for a holder without a sign of life, in milliseconds. Default 5,000; longer, up to 30,000, while
   * JetStream answers slowly. Shorter means faster takeover and more requests; a holder whose process is suspended for longer
   * than this loses its lease.
   */
  ttlMs?: number;
}

const DEFAULT_TTL_MS = 5_000;

/**
 * Leases in the bucket `SPARK_LEASES`, moved by compare-and-set on the revision. No clock is compared with another machine's: a
 * follower takes over after it has seen the same revision for a whole ttl by its own clock, and a holder that could not renew for
 * a whole ttl by its own clock stops.
 */
export class JetStreamLeaseKeeper implements LeaseKeeper {
  readonly #store: LeaseStore;
  readonly #log: Logger;
  readonly #connection: JetStreamConnection;
  readonly #time: LeaseTime;

  constructor({ connection, module, log, ttlMs = DEFAULT_TTL_MS }: JetStreamLeaseKeeperOptions) {
    this.#time = new LeaseTime(ttlMs);
    this.#store = new LeaseStore({ connection, module, answered: (tookMs) => this.#time.saw(tookMs) });
    this.#connection = connection;
    this.#log = log;
  }

  async whileHeld(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble: (because: string | null) => void = () => undefined,
  ): Promise<void> {
    const said = new SayOnce();
    // A renewal ends an outage, so that the next one is reported again.
    const tell = (because: string | null): void => {
      if (because === null) said.forget();
      trouble(because);
    };
    const untilDone = async () => {
      while (!signal.aborted && (await this.#hold(name, signal, work, tell)) === 'lost')
        this.#log.warn(
          `Lease ${name}: lost, because it could not be renewed in time or another instance holds it. Its work was stopped and starts again with the lease`,
        );
    };
    await persist(untilDone, {
      signal,
      policy: RETRY,
      retries: (error) => !(error instanceof WorkFailed),
      // Work that continued after its lease was released would run twice.
      endMs: Infinity,
      onEachFailure: (error) => {
        tell(`the lease of this task could not be acquired: ${messageOf(error)}`);
        if (!said.isNews(messageOf(error))) return;
        if (error instanceof UnavailableError)
          this.#log.debug(`Lease ${name}: ${error.message}; trying again`);
        else this.#log.error(`Could not acquire lease ${name}; trying again`, error);
      },
    }).catch((error: unknown) => {
      throw error instanceof WorkFailed ? error.cause : error;
    });
  }

  /** Holds the lease once, from when it is free until the work has ended; null when aborted before. */
  async #hold(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble: (because: string | null) => void,
  ): Promise<'done' | 'lost' | null> {
    await this.#connection.ready(signal);
    const lease = await acquireLease(this.#store, name, this.#time, signal, () => trouble(null));
    if (!lease) return null;
    this.#log.debug(`Lease ${name}: held`);
    return holdLease(this.#store, lease, { time: this.#time, signal, work, trouble });
  }
}
