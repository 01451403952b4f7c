import type { TaskKey } from '@nestjs-spark/contracts';
import type { SetReader } from '../receive/set-reader.ts';
import type { SourceInquiry } from '../task/tasks.ts';
import type { ApplyProgress } from './progress.ts';

const MOST_DOUBLINGS = 6;
const FIRST_MS = 500;

export interface CatchUpParts {
  source: SourceInquiry;
  sets: Pick<SetReader, 'tail'>;
  /** At most how long between two questions while the answer is not reached. */
  idleMs: number;
}

/** Finds out what a copy has to catch up with after a start, for an instance that carries the task and for one that does not. */
export class CatchUp {
  /** The copy was whole when this instance looked at it first. */
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

  /** Asked again while it is not reached: the owner may have been away, or its database may be an older one now. */
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
      // What the owner has put into the log is all that anyone can know. A first copy waits for the owner's own word.
      const header = (await this.#parts.sets.tail())?.header;
      this.#progress.catchUpTo = header
        ? { databaseId: header.databaseId, etag: header.to, witness: null }
        : null;
    }
  }

  /** The same, called often: the owner is asked less and less often while it does not help. */
  async findIfDue(now: number): Promise<void> {
    const isDue = this.#progress.catchUpTo === null || this.#progress.catchingUp;
    if (!isDue || now < this.#askAt) return;
    this.#askAt = now + Math.min(this.#parts.idleMs, FIRST_MS * 2 ** this.#asked);
    this.#asked = Math.min(this.#asked + 1, MOST_DOUBLINGS);
    await this.find();
    if (this.#progress.catchUpTo !== null && !this.#progress.catchingUp) this.#asked = 0;
  }
}
