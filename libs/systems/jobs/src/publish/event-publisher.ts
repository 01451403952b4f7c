import type { LeaseKeeper } from '@nestjs-spark/contracts/internal';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { keepRunning } from '@nestjs-spark/foundation/internal';
import type { JobStore } from '../job/store.ts';
import { Untold, type ToldChange } from '../serve/untold.ts';
import { inBundles } from './in-bundles.ts';

/** Publishes changes of jobs. */
export interface Publication {
  /** Writes all of them, in this order. @throws if some may not have been written: they are published again */
  write(changes: readonly ToldChange[]): Promise<void>;
  close(): Promise<void>;
}

/** Dependencies of the publisher. */
export interface EventPublisherParts {
  store: JobStore;
  /** Ensures that one of several processes publishes; null if there is only this process. */
  leases: LeaseKeeper | null;
  open(): Promise<Publication>;
  log: Pick<Logger, 'log' | 'warn'>;
}

const LEASE = 'job-events';
/** The key under which the store keeps the published position. */
const POSITION = 'published-events';
const MOST_AT_ONCE = 500;
const AGAIN = { waitMs: 1_000, factor: 2, longestMs: 15_000 };

/**
 * Publishes every change of every job at least once, the changes of a job in order. It follows the store and records its position there: jobs do
 * not wait for it, and after an outage it continues from there.
 */
export class EventPublisher {
  readonly #parts: EventPublisherParts;
  readonly #ending = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: EventPublisherParts) {
    this.#parts = parts;
  }

  start(): void {
    const { leases } = this.#parts;
    const { signal } = this.#ending;
    const work = (held: AbortSignal): Promise<void> => this.#publishOnAndOn(held);
    this.#running ??= leases ? leases.whileHeld(LEASE, signal, work) : work(signal);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  #publishOnAndOn(signal: AbortSignal): Promise<void> {
    const { log } = this.#parts;
    return keepRunning(() => this.#publish(signal), {
      signal,
      policy: AGAIN,
      onFailure: (error) =>
        log.warn(`Events of jobs are not published for now; jobs continue: ${describeError(error)}`),
    });
  }

  async #publish(held: AbortSignal): Promise<void> {
    const { store, open } = this.#parts;
    const stop = new AbortController();
    const signal = AbortSignal.any([held, stop.signal]);
    const publication = await open();
    try {
      // A job becomes known with its first record from here on. That record has all of its changes: some may have been published before, others may
      // never have had a readable record of their own.
      const untold = new Untold(0);
      const changes = store.follow(signal, { after: await this.#position() });
      for await (const bundle of inBundles(changes, MOST_AT_ONCE)) {
        const told = bundle.flatMap((stored) => untold.of(stored));
        if (told.length > 0) await publication.write(told);
        const last = bundle.at(-1);
        if (last) await store.remember(POSITION, String(last.revision));
      }
    } finally {
      stop.abort();
      await publication.close();
    }
  }

  /** After the stream was recreated, its sequence starts again: a larger position is obsolete. */
  async #position(): Promise<number> {
    const { store } = this.#parts;
    const text = (await store.recall(POSITION)) ?? '';
    const position = /^\d{1,15}$/.test(text) ? Number(text) : 0;
    return position > (await store.position()) ? 0 : position;
  }
}
