import { ownerSignSubjects, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { type Logger, describeError, isObject, pause } from '@nestjs-spark/foundation/internal';
import type { RequestStatus } from './request-status.ts';
import type { Requests } from './requests.ts';

export interface RevivalParts {
  board: ControlBoard;
  requests: Pick<Requests, 'send'>;
  status: Pick<RequestStatus, 'stranded'>;
  log: Logger;
  /** How long after it became a dead letter a request is sent again at the latest. Default three minutes. */
  everyMs?: number;
  /** How long what is heard from the owner is no reason yet. Default 15 s: owners may say something every second. */
  quietMs?: number;
  /** How often is looked which requests are dead letters. Default 2 s. */
  lookMs?: number;
}

/**
 * Sends again what became a dead letter because an owner could not be reached, or did not believe this module for now: every
 * few minutes, and as soon as anything is heard from that owner on the bus.
 */
export class Revival {
  private readonly parts: RevivalParts;
  private readonly waiting = new Map<string, Promise<void>>();

  constructor(parts: RevivalParts) {
    this.parts = parts;
  }

  /** Ends when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { status, lookMs = 2_000 } = this.parts;
    while (!signal.aborted) {
      for (const owner of status.stranded()) {
        if (this.waiting.has(owner)) continue;
        this.waiting.set(
          owner,
          this.revive(owner, signal).finally(() => this.waiting.delete(owner)),
        );
      }
      await pause(lookMs, signal, { ref: false });
    }
    await Promise.all(this.waiting.values());
  }

  private async revive(owner: string, signal: AbortSignal): Promise<void> {
    const { requests, status, log, everyMs = 180_000, quietMs = 15_000 } = this.parts;
    await pause(quietMs, signal, { ref: false });
    const enough = new AbortController();
    const ended = AbortSignal.any([signal, enough.signal]);
    const due = pause(everyMs, ended, { ref: false }).then(() =>
      ended.aborted ? null : 'some minutes have passed',
    );
    const because = await Promise.race([due, this.hear(owner, ended)]);
    enough.abort();
    if (because === null || signal.aborted || !status.stranded().includes(owner)) return;
    log.log(`The request to ${owner} is sent again, because ${because}`);
    await requests.send(owner).catch((error: unknown) => {
      log.debug(`The request to ${owner} cannot be sent again yet: ${describeError(error)}`);
    });
  }

  /** Answers when the owner says something; what it has said before does not count. */
  private async hear(owner: string, signal: AbortSignal): Promise<string | null> {
    try {
      for await (const { subject } of this.parts.board.watch(
        ownerSignSubjects(owner),
        isObject,
        signal,
        'new',
      ))
        return `${owner} was heard of on ${subject}`;
    } catch (error) {
      this.parts.log.debug(`${owner} cannot be listened for: ${describeError(error)}`);
    }
    return new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  }
}
