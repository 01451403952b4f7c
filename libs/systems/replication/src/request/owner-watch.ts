import { REGISTERED_SUBJECTS, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { isAnnouncement, type Announcement } from '@nestjs-spark/modules/internal';
import { type Logger, nameKey, sameName } from '@nestjs-spark/foundation/internal';
import { shouldAskAgain } from './decide-wake.ts';
import type { RequestStatus } from './request-status.ts';
import type { Requests } from './requests.ts';

export interface OwnerWatchParts {
  requester: string;
  board: ControlBoard;
  requests: Requests;
  status: RequestStatus;
  startedAt: number;
  log: Logger;
}

/** Listens for owners that register, and asks them again: they may have lost what they knew, or just come back. */
export class OwnerWatch {
  private readonly parts: OwnerWatchParts;
  private readonly heard = new Map<string, number>();

  constructor(parts: OwnerWatchParts) {
    this.parts = parts;
  }

  /** Ends when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for await (const { value } of this.parts.board.watch(REGISTERED_SUBJECTS, isAnnouncement, signal)) {
      try {
        await this.hear(value);
      } catch (error) {
        this.parts.log.warn(`${value.appName} has registered and could not be asked again: ${String(error)}`);
      }
    }
  }

  private async hear({ appName: owner, at }: Pick<Announcement, 'appName' | 'at'>): Promise<void> {
    const { requester, requests, status, startedAt } = this.parts;
    if (sameName(owner, requester)) return;
    const before = this.heard.get(nameKey(owner)) ?? null;
    const state = status.of(owner)?.state ?? null;
    const again = shouldAskAgain({ at, before, startedAt, state });
    if (again && (await requests.concerns(owner))) await requests.send(owner);
    this.heard.set(nameKey(owner), at);
  }
}
