import { describeTask, type ChangeSetHeader, type TaskKey } from '@nestjs-spark/contracts';
import {
  isResyncRequest,
  resyncSubject,
  type Checkpoint,
  type ControlBoard,
  type ResyncRequest,
} from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { SetReader } from '../receive/set-reader.ts';
import { describeHole, openRequest, resyncRequest } from '../task/resync.ts';

export interface ResyncRequestsParts {
  sets: Pick<SetReader, 'tail'>;
  control: Pick<ControlBoard, 'publish' | 'last'>;
  logger: Logger;
  /** Called for each request that was sent. */
  sent: () => void;
}

/** Asks the owner for what does not come with the log, once for each thing that is missing. Outlives sessions. */
export class ResyncRequests {
  readonly #task: TaskKey;
  readonly #parts: ResyncRequestsParts;
  /** What was requested last, so that it is not requested again for each set that shows the same gap. */
  #asked: string | null = null;

  constructor(task: TaskKey, parts: ResyncRequestsParts) {
    this.#task = task;
    this.#parts = parts;
  }

  /** A set joined: whatever is missing from now on is something else. */
  joined(): void {
    this.#asked = null;
  }

  /** A request may be lost with the control stream, or its answer with the log: then the same may be requested again. */
  async forgetIfLost(): Promise<void> {
    if (this.#asked !== null && (await this.#open()) === null) this.#asked = null;
  }

  /** Something between the checkpoint and this set is missing. */
  async forHole(checkpoint: Checkpoint | null, seen: ChangeSetHeader): Promise<void> {
    const hole = `${checkpoint?.generation}/${checkpoint?.to}/${seen.generation}`;
    if (hole === this.#asked) return;
    const reason = describeHole(checkpoint, seen);
    if (await this.#send(resyncRequest(reason, checkpoint, seen))) this.#warn(reason);
    this.#asked = hole;
  }

  /** A content in the log cannot be read, so everything after the checkpoint has to be sent again. */
  async forMissing(checkpoint: Checkpoint | null, error: Error): Promise<void> {
    // The error names the content as stored: the next attempt has a different name, and may be missing too.
    await this.#once(checkpoint, `${checkpoint?.generation}/${checkpoint?.to}/${error.message}`, error);
  }

  /**
   * A message was refused, possibly in place of a set. However many are refused, everything after the checkpoint is requested
   * once.
   */
  async forRefused(checkpoint: Checkpoint | null, error: Error): Promise<void> {
    await this.#once(checkpoint, `${checkpoint?.generation}/${checkpoint?.to}/refused`, error);
  }

  async #once(checkpoint: Checkpoint | null, missing: string, error: Error): Promise<void> {
    if (missing === this.#asked) return;
    await this.#send(resyncRequest(error.message, checkpoint, null));
    this.#asked = missing;
  }

  /** Everything has to be read again. */
  async forEverything(checkpoint: Checkpoint, reason: string): Promise<void> {
    if (await this.#send(resyncRequest(reason, checkpoint, null, true))) this.#warn(reason);
  }

  /**
   * When everything was already requested, this would replace that request, and only what is missing here would be sent.
   * @returns whether it was sent
   */
  async #send(request: ResyncRequest): Promise<boolean> {
    if ((await this.#open())?.fromStart) return false;
    await this.#parts.control.publish(resyncSubject(this.#task), request);
    this.#parts.sent();
    return true;
  }

  /** The request awaiting an answer, or null; undefined while the log does not tell what was answered. */
  async #open(): Promise<ResyncRequest | null | undefined> {
    const { sets, control } = this.#parts;
    const subject = resyncSubject(this.#task);
    const [end, last] = await Promise.all([sets.tail(), control.last(subject, isResyncRequest)]);
    return end?.header ? openRequest(end.header, last) : undefined;
  }

  #warn(reason: string): void {
    this.#parts.logger.warn(`${describeTask(this.#task)}: asked for a resync, because ${reason}`);
  }
}
