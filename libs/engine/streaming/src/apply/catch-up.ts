import type { TaskKey } from '@nestjs-spark/contracts';
import type { SetReader } from '../receive/set-reader.ts';
import type { SourceInquiry } from '../task/tasks.ts';
import type { ApplyProgress } from './progress.ts';

const MOST_DOUBLINGS = 6;
const FIRST_MS = 500;

export interface CatchUpParts {
  source: SourceInquiry;
  sets: Pick<SetReader, 'tail'>;
  /** Maximum time between two questions while the answer has not been reached. */
  idleMs: number;
}

/** Determines what a copy has to catch up with after a start, on instances that carry the task and those that do not. */
export class CatchUp {
  /** The copy was complete when this instance first looked at it. */
  wasComplete = false;
  readonly #task: TaskKey;
  readonly #parts: CatchUpParts;
  readonly #progress: ApplyProgress;
  #askAt = 0;
  #asked = 0;

  constructor(task: TaskKey, parts: CatchUpParts, progress: ApplyProgress) {
    this.#task = task;
    this.#parts = parts;
    this.#progress = progress;
  }

  /**
   * Asked again until it is reached: the owner may have been unavailable, or its database may have been replaced by an older one.
   */
  async find(): Promise<void> {
    const answer = await this.#parts.source.ask(this.#task);
    if (answer === 'unknown') {
      this.#progress.catchUpTo = null;
    } else if (answer !== 'away') {
      const { databaseId = null, sourceEtag: etag, witness = null } = answer;
      const place = { databaseId, etag, witness };
      this.#progress.catchUpTo = place;
      this.#progress.sourceAt(place);
    } else if (this.wasComplete) {
      // What the owner has put into the log is all that can be known. A first copy waits for the owner's own answer.
      const header = (await this.#parts.sets.tail())?.header;
      this.#progress.catchUpTo = header
        ? { databaseId: header.databaseId, etag: header.to, witness: null }
        : null;
    }
  }

  /** As `find`, for frequent calls: the owner is asked ever less often while that does not help. */
  async findIfDue(now: number): Promise<void> {
    const isDue = this.#progress.catchUpTo === null || this.#progress.catchingUp;
    if (!isDue || now < this.#askAt) return;
    this.#askAt = now + Math.min(this.#parts.idleMs, FIRST_MS * 2 ** this.#asked);
    this.#asked = Math.min(this.#asked + 1, MOST_DOUBLINGS);
    await this.find();
    if (this.#progress.catchUpTo !== null && !this.#progress.catchingUp) this.#asked = 0;
  }
}
