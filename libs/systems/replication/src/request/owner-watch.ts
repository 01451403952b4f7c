import { Inject, Injectable } from '@nestjs/common';
import { REGISTERED_SUBJECTS, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { nameKey, sameName } from '@nestjs-spark/foundation/internal';
import { isAnnouncement, type Announcement } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { CONTROL_BOARD, REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { RequestStatus, type RequestState } from './request-status.ts';
import { Requests } from './requests.ts';

/** Listens for owners that register, and sends them the request again: they may have lost their data, or just come back. */
@Injectable()
export class OwnerWatch {
  private readonly log = logFor('OwnerWatch');
  private readonly heard = new Map<string, number>();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: Pick<ReplicationSettings, 'moduleName'>,
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
    private readonly requests: Requests,
    private readonly status: RequestStatus,
  ) {}

  /**
   * Runs until `signal` aborts.
   * @param startedAt when this instance started, in milliseconds since 1970
   */
  async run(startedAt: number, signal: AbortSignal): Promise<void> {
    for await (const { value } of this.board.watch(REGISTERED_SUBJECTS, isAnnouncement, signal)) {
      try {
        await this.hear(value, startedAt);
      } catch (error) {
        this.log.warn(`${value.appName} has registered, but could not be asked again: ${String(error)}`);
      }
    }
  }

  private async hear(
    { appName: owner, at }: Pick<Announcement, 'appName' | 'at'>,
    startedAt: number,
  ): Promise<void> {
    if (sameName(owner, this.settings.moduleName)) return;
    const before = this.heard.get(nameKey(owner)) ?? null;
    const state = this.status.of(owner)?.state ?? null;
    const again = shouldAskAgain({ at, before, startedAt, state });
    if (again && (await this.requests.concerns(owner))) await this.requests.send(owner);
    this.heard.set(nameKey(owner), at);
  }
}

/** What is known when an owner's registration arrives. */
export interface HeardRegistration {
  /** The owner's clock when it registered, in milliseconds since 1970. */
  at: number;
  /** The previous registration of this owner that was received; null if none. */
  before: number | null;
  /** When this instance started, in milliseconds since 1970. */
  startedAt: number;
  state: RequestState | null;
}

/**
 * Whether a registration is a reason to send the request again. The board repeats the last registration to each new listener: this start's request
 * already covers that one, unless the request has failed since.
 */
export function shouldAskAgain({ at, before, startedAt, state }: HeardRegistration): boolean {
  // The two clocks may differ, and the owner's may be set back, so registrations are only compared for equality.
  if (before !== null) return at !== before;
  return at >= startedAt || state === 'retrying' || state === 'dead';
}
