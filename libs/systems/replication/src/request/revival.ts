import { Inject, Injectable, Optional } from '@nestjs/common';
import { ownerSignSubjects, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { describeError, isObject, pause } from '@nestjs-spark/foundation/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { CONTROL_BOARD } from '../settings/tokens.ts';
import { RequestStatus } from './request-status.ts';
import { Requests } from './requests.ts';

/** Intervals and delays, in milliseconds. */
export class RevivalTimes {
  /** The longest delay before a request that became a dead letter is sent again. */
  everyMs = 180_000;
  /** The delay before a sign of life from the owner counts: owners may publish something every second. */
  quietMs = 15_000;
  /** How often to check for dead letters. */
  lookMs = 2_000;
}

/**
 * Resends requests that became dead letters because the owner was unreachable or did not accept this module's key yet: every few minutes, and as
 * soon as that owner shows activity on the bus.
 */
@Injectable()
export class Revival {
  private readonly log = logFor('Requests');
  private readonly waiting = new Map<string, Promise<void>>();

  constructor(
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
    private readonly requests: Requests,
    private readonly status: RequestStatus,
    @Optional() private readonly times: RevivalTimes = new RevivalTimes(),
  ) {}

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const owner of this.status.stranded()) {
        if (this.waiting.has(owner)) continue;
        this.waiting.set(
          owner,
          this.revive(owner, signal).finally(() => this.waiting.delete(owner)),
        );
      }
      await pause(this.times.lookMs, signal, { ref: false });
    }
    await Promise.all(this.waiting.values());
  }

  private async revive(owner: string, signal: AbortSignal): Promise<void> {
    const { everyMs, quietMs } = this.times;
    await pause(quietMs, signal, { ref: false });
    const enough = new AbortController();
    const ended = AbortSignal.any([signal, enough.signal]);
    const due = pause(everyMs, ended, { ref: false }).then(() =>
      ended.aborted ? null : 'some minutes have passed',
    );
    const because = await Promise.race([due, this.hear(owner, ended)]);
    enough.abort();
    if (because === null || signal.aborted || !this.status.stranded().includes(owner)) return;
    await this.requests.sendAgain(owner, because);
  }

  /** Resolves when the owner publishes something new; earlier messages do not count. */
  private async hear(owner: string, signal: AbortSignal): Promise<string | null> {
    try {
      for await (const { subject } of this.board.watch(ownerSignSubjects(owner), isObject, signal, 'new'))
        return `${owner} was heard from on ${subject}`;
    } catch (error) {
      this.log.debug(`${owner} cannot be listened for: ${describeError(error)}`);
    }
    return new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  }
}
