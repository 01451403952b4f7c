import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';
import {
  keepRunning,
  nameKey,
  pause,
  type Logger,
  type RetryPolicy,
} from '@nestjs-spark/foundation/internal';

/** Work that one instance at a time does: a side of a task, a shard, a lane, a job. */
export interface Unit {
  /** Sets up what the unit needs before its lease is requested. A failure ends the unit. */
  prepare?(): Promise<void>;
  /**
   * Does the work until `held` aborts, because the lease was lost or the unit was ended. Handles its own failures. If it returns
   * earlier, because there is nothing to do here, others may have the lease, and it is called again after a while.
   */
  run(held: AbortSignal): Promise<void>;
  /** Called with the reason when the lease can be neither acquired nor renewed, and with null once it can be again. */
  withoutLease(because: string | null): void;
}

/** How a full set of wanted units is compared with the running ones. */
export interface Assignment<U, W> {
  nameOf(wanted: W): string;
  /** Which of the running units the assignment covers; those that are no longer wanted are ended. */
  isMine(unit: U): boolean;
  make(wanted: W): U;
  /** Called for a running unit that is still wanted, possibly with different settings. */
  update(unit: U, wanted: W): void;
}

export interface LeasedUnitsParts {
  leases: LeaseKeeper;
  logger: Logger;
  /** The name of the lease under which a unit works. Units of different kinds need different names. */
  leaseOf(name: string): string;
  /** Waits after a failure outside `run`. Default: 1 s, doubling up to 30 s. */
  retry?: RetryPolicy;
  /** How long to wait after a unit found nothing to do. Default 5,000 ms. */
  idleMs?: number;
}

const IDLE_MS = 5_000;

/**
 * The units of one kind. Every instance has all of them; the lease decides which instance does the work. A lease avoids duplicate
 * work; correctness never depends on it. Names that differ only in case are the same name.
 */
export class LeasedUnits<U extends Unit> {
  readonly #parts: LeasedUnitsParts;
  readonly #running = new Map<string, { unit: U; end(): Promise<void> }>();
  /** Units that were ended and have not stopped yet: a new unit of the same name waits for them. */
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(parts: LeasedUnitsParts) {
    this.#parts = parts;
  }

  get(name: string): U | undefined {
    return this.#running.get(nameKey(name))?.unit;
  }

  all(): U[] {
    return [...this.#running.values()].map(({ unit }) => unit);
  }

  /** Takes the full set: starts new units, updates running ones, and ends those no longer wanted. Returns immediately. */
  assign<W>(wanted: readonly W[], { nameOf, isMine, make, update }: Assignment<U, W>): void {
    const names = new Set(wanted.map((one) => nameKey(nameOf(one))));
    for (const [name, { unit }] of this.#running) if (isMine(unit) && !names.has(name)) void this.end(name);
    for (const one of wanted) {
      const unit = this.get(nameOf(one));
      if (unit) update(unit, one);
      else this.#start(nameOf(one), make(one));
    }
  }

  /** Ends a unit and waits until it, and earlier ones of its name, have stopped. Does nothing for one that does not run. */
  async end(name: string): Promise<void> {
    const key = nameKey(name);
    const running = this.#running.get(key);
    this.#running.delete(key);
    if (running) this.#stop(key, running.end());
    await this.#stopping.get(key);
  }

  async endAll(): Promise<void> {
    await Promise.all([...this.#running.keys(), ...this.#stopping.keys()].map((name) => this.end(name)));
  }

  #stop(key: string, stopped: Promise<void>): void {
    const stopping = stopped.finally(() => {
      if (this.#stopping.get(key) === stopping) this.#stopping.delete(key);
    });
    this.#stopping.set(key, stopping);
  }

  #start(name: string, unit: U): void {
    const ended = new AbortController();
    const work = (): Promise<void> => this.#work(name, unit, ended.signal);
    const before = this.#stopping.get(nameKey(name));
    const done = before ? before.then(work) : work();
    const end = async (): Promise<void> => {
      ended.abort();
      await done;
    };
    this.#running.set(nameKey(name), { unit, end });
  }

  /** Any failure outside `run` is retried until the unit is ended: nothing else would start it again. */
  #work(name: string, unit: U, ended: AbortSignal): Promise<void> {
    const { leases, logger, leaseOf, retry, idleMs = IDLE_MS } = this.#parts;
    const lease = leaseOf(name);
    const work = async (): Promise<void> => {
      await unit.prepare?.();
      await leases.whileHeld(
        lease,
        ended,
        (held) => unit.run(held),
        (because) => unit.withoutLease(because),
      );
      // Without the lease, so that another instance gets it, for which there may be something to do.
      await pause(idleMs, ended);
    };
    return keepRunning(work, {
      signal: ended,
      endMs: Infinity,
      ...(retry && { policy: retry }),
      onFailure: (error) => logger.error(`${lease} failed and is retried`, error),
    });
  }
}
