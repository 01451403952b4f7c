import { VersionConflictError } from '@nestjs-spark/contracts';
import { delayMs, doubling, messageOf, pause } from '@nestjs-spark/foundation/internal';
import type { Unit } from '@nestjs-spark/runtime/internal';
import type { ArrivalHandler } from '../listen/find-handlers.ts';
import { FailedArrivals } from './failed-arrivals.ts';
import { HandlerDownError } from './handler-down-error.ts';
import { HandlerSession } from './handler-session.ts';
import type { HandlerStatus } from './handler-status.ts';
import type { HandlerUnitParts, HandlerWork } from './handler-work.ts';

const BACKOFF_MS = 500;

/** Calls one handler, session after session, while this instance holds its lease. */
export class HandlerUnit implements Unit {
  readonly name: string;
  readonly handler: ArrivalHandler;
  readonly status: HandlerStatus;
  readonly #work: HandlerWork;
  readonly #parts: HandlerUnitParts;

  constructor(work: HandlerWork, parts: HandlerUnitParts) {
    this.name = work.handler.name;
    this.handler = work.handler;
    this.#work = work;
    this.#parts = parts;
    this.status = {
      name: this.name,
      state: 'Starting',
      position: null,
      telling: null,
      tellingSince: null,
      told: 0,
      setAside: 0,
      errors: 0,
      lastError: null,
      active: false,
    };
  }

  withoutLease(because: string | null): void {
    this.status.lastError = because;
  }

  async run(held: AbortSignal): Promise<void> {
    const { status } = this;
    status.active = true;
    let failed: FailedArrivals | null = null;
    const compared = { at: -Infinity };
    let failures = 0;
    try {
      while (!held.aborted) {
        const before = status.told;
        try {
          const { state, changes, retry, keptAtMost: most } = this.#parts;
          failed ??= await FailedArrivals.open(state, this.name, changes.ids, { retry, most });
          const kept = { failed, compared, status };
          await new HandlerSession(this.#work, this.#parts, kept).run(held);
        } catch (error) {
          if (held.aborted) return;
          failures = status.told > before ? 1 : failures + 1;
          this.#note(error, failures === 1);
          await pause(delayMs(doubling(BACKOFF_MS), failures), held);
          // Each attempt may set one more copy aside, so that a single copy cannot block all others.
          if (error instanceof HandlerDownError) failed?.giveAnotherChance();
        }
      }
    } finally {
      status.active = false;
      status.state = 'Starting';
    }
  }

  #note(error: unknown, first: boolean): void {
    const { logger } = this.#parts;
    if (error instanceof VersionConflictError) {
      logger.debug(`${this.name}: another instance has called it; continuing from there`);
      return;
    }
    const { status } = this;
    status.state = 'Waiting';
    status.lastError = messageOf(error);
    if (!(error instanceof HandlerDownError)) status.errors++;
    if (first) logger.warn(`${this.name} is not called for copies: ${messageOf(error)}; retrying`);
  }
}
