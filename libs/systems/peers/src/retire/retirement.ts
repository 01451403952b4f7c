import { LogConflictError } from '@nestjs-spark/contracts/internal';
import { describeError, keepRunning, type Logger, pause } from '@nestjs-spark/foundation/internal';
import type { Heartbeat } from '../presence/heartbeat.ts';
import { Absences } from './absences.ts';
import type { Closing } from './close-member.ts';

export interface RetirementParts {
  readonly afterMs: number;
  /** The same for a node that has never been complete. */
  readonly joiningAfterMs: number;
  readonly logger: Logger;
  /** The present nodes; null if unknown. */
  present(): readonly Heartbeat[] | null;
  /** Nodes that have written and are not closed. */
  members(): Promise<readonly Closing[]>;
  /** @see closeMember */
  close(member: Closing): Promise<boolean>;
}

const LOOK_MS = 5_000;

/** Retires nodes that have been absent for a long time, as an operator would. */
export class Retirement {
  readonly #parts: RetirementParts;
  readonly #absences: Absences;
  #hasWarned = false;

  constructor(parts: RetirementParts) {
    this.#parts = parts;
    this.#absences = new Absences(parts);
  }

  /** @returns when aborted */
  run(signal: AbortSignal): Promise<void> {
    return keepRunning(() => this.#look(signal), {
      signal,
      policy: { waitMs: LOOK_MS },
      endMs: Infinity,
      onFailure: (error) => this.#parts.logger.warn(`Retiring nodes is delayed: ${describeError(error)}`),
    });
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { afterMs, joiningAfterMs } = this.#parts;
    await pause(Math.min(LOOK_MS, afterMs, joiningAfterMs), signal);
    if (signal.aborted) return;
    const present = this.#parts.present();
    const members = present === null ? [] : await this.#parts.members();
    for (const member of this.#absences.look(present, members, performance.now())) await this.#retire(member);
  }

  async #retire(member: Closing): Promise<void> {
    const { logger } = this.#parts;
    try {
      if (await this.#parts.close(member)) {
        logger.warn(
          `${member.node} has not been heard from for a long time and is retired; if it returns, it continues under another origin`,
        );
      } else if (!this.#hasWarned) {
        this.#hasWarned = true;
        logger.warn(
          `${member.node} has not been heard from for a long time and is not retired, because that requires SPARK_OPERATOR_TOKEN on all nodes`,
        );
      }
    } catch (error) {
      // It has written meanwhile, or another node has closed it.
      if (!(error instanceof LogConflictError)) throw error;
    }
  }
}
