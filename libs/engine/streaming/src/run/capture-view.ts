import { taskId } from '@nestjs-spark/contracts';
import {
  capturedSubject,
  confirmationSubject,
  isConfirmation,
  readCaptureStatus,
  readSourceStatus,
  sourceSubject,
  type ChangeSource,
  type ControlBoard,
  type SourceStatus,
} from '@nestjs-spark/contracts/internal';
import { nameKey, OneAtATime } from '@nestjs-spark/foundation/internal';
import type { TaskCapture } from '../carry/task-capture.ts';
import type { LeasedUnits, Said, WatchedSide } from '@nestjs-spark/runtime/internal';

/** How often every requester is told the source's position, in ticks. */
const TELL_EVERY = 5;

export interface CaptureViewParts {
  owner: string;
  source: Pick<ChangeSource, 'identify'>;
  control: ControlBoard;
  tasks: Pick<LeasedUnits<TaskCapture>, 'all'>;
}

/**
 * What an instance of the owner reads and receives: the source's position, the requesters' confirmations, and the carrier's
 * report. It also tells the requesters the source's position.
 */
export class CaptureView implements WatchedSide<TaskCapture> {
  readonly lookEvery = 2;
  readonly #parts: CaptureViewParts;
  /** What each requester was told, by this instance or another, and how many ticks ago. */
  readonly #told = new Map<string, { at: number; ago: number; one: OneAtATime }>();
  #source: { databaseId: string; lastEtag: number } | null = null;

  constructor(parts: CaptureViewParts) {
    this.#parts = parts;
  }

  say({ key, progress }: TaskCapture): Said | null {
    const status = progress.active ? progress.status() : null;
    return status && { subject: capturedSubject(key), status };
  }

  tick(): void {
    const requesters = new Set(this.#parts.tasks.all().map(({ key }) => key.requester));
    for (const requester of requesters) this.#tell(requester);
  }

  /** Reads the source's position for all tasks at once, and each requester's confirmation once: later ones arrive on the board. */
  async look(): Promise<void> {
    const running = this.#parts.tasks.all();
    const first = running[0];
    if (!first) return;
    try {
      const { databaseId, lastEtag } = await this.#parts.source.identify(taskId(first.key));
      this.#source = { databaseId, lastEtag };
      for (const { progress } of running) progress.sourceAt({ databaseId, etag: lastEtag });
    } catch (error) {
      this.#source = null;
      for (const { progress } of running) progress.sourceAway(error);
    }
    for (const { key, progress } of running) {
      if (progress.confirmationKnown) continue;
      const last = await this.#parts.control.last(confirmationSubject(key), isConfirmation);
      progress.confirmationHeard(last);
    }
  }

  hear(subject: string, value: object): void {
    for (const { key, progress } of this.#parts.tasks.all()) {
      if (subject !== capturedSubject(key)) continue;
      const status = readCaptureStatus(value);
      if (status) progress.carrierSaid(status);
    }
    for (const [requester, told] of this.#told) {
      if (subject !== sourceSubject(this.#parts.owner, requester)) continue;
      const status = readSourceStatus(value);
      if (status && told.at !== status.at) Object.assign(told, { at: status.at, ago: 0 });
    }
  }

  /** Any instance reports the source's position; if one just did, the others need not. */
  #tell(requester: string): void {
    const key = nameKey(requester);
    const told = this.#told.get(key) ?? { at: 0, ago: TELL_EVERY, one: new OneAtATime() };
    this.#told.set(key, told);
    if (++told.ago < TELL_EVERY || this.#source === null) return;
    const status: SourceStatus = { ...this.#source, at: Date.now() };
    told.one.try(async () => {
      await this.#parts.control.publish(sourceSubject(this.#parts.owner, requester), status);
      Object.assign(told, { at: status.at, ago: 0 });
    });
  }
}
