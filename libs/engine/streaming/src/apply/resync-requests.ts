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
  /** What was asked for last: it is not asked for again for each set that shows it. */
  #asked: string | null = null;

  constructor(task: TaskKey, parts: ResyncRequestsParts) {
    this.#task = task;
    this.#parts = parts;
  }

  /** A set joins: whatever is missing from now on is something else. */
  joined(): void {
    this.#asked = null;
  }

  /** A request may be lost with the control stream, or its answer with the log: then the same may be asked for again. */
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

  /** A content cannot be read in the log; what follows the checkpoint has to come once more. */
  async forMissing(checkpoint: Checkpoint | null, error: Error): Promise<void> {
    // The error names the content as it was stored: the next try has another name, and may be missing as well.
    await this.#once(checkpoint, `${checkpoint?.generation}/${checkpoint?.to}/${error.message}`, error);
  }

  /** A message is refused, and may stand where a set should. However many are refused, what follows the checkpoint is asked for once. */
  async forRefused(checkpoint: Checkpoint | null, error: Error): Promise<void> {
    await this.#once(checkpoint, `${checkpoint?.generation}/${checkpoint?.to}/refused`, error);
  }

  async #once(checkpoint: Checkpoint | null, missing: string, error: Error): Promise<void> {
    if (missing === this.#asked) return;
    await this.#send(resyncRequest(error.message, checkpoint, null));
    this.#asked = missing;
  }

  /** Everything has to be read once more. */
  async forEverything(checkpoint: Checkpoint, reason: string): Promise<void> {
    if (await this.#send(resyncRequest(reason, checkpoint, null, true))) this.#warn(reason);
  }

  /**
   * Where everything was asked for already, this would take the place of that request, and only what is missing here would come.
   * @returns whether it was sent
   */
  async #send(request: ResyncRequest): Promise<boolean> {
    if ((await this.#open())?.fromStart) return false;
    await this.#parts.control.publish(resyncSubject(this.#task), request);
    this.#parts.sent();
    return true;
  }

  /** The request that waits for its answer, null when none does; undefined while the log does not say what was answered. */
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
