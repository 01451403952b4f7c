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
  #asking = false;
  #wanted = false;
  #askAt = 0;
  #asked = 0;

  constructor(task: TaskKey, parts: CatchUpParts, progress: ApplyProgress) {
    this.#task = task;
    this.#parts = parts;
    this.#progress = progress;
  }

  /**
   * Called again until it is reached: the owner may have been unavailable, or its database may have been replaced by an older one.
   * Nobody waits for the answer: sets are applied even while the owner leaves questions unanswered. One question is open at a time;
   * if this is called meanwhile, another one follows, since the answer may be out of date.
   */
  find(): void {
    this.#wanted = true;
    if (!this.#asking) void this.#askWhileWanted();
  }

  /** As `find`, for frequent calls: the owner is asked ever less often while that does not help. */
  findIfDue(now: number): void {
    const isDue = this.#progress.catchUpTo === null || this.#progress.catchingUp;
    if (!isDue) this.#asked = 0;
    if (!isDue || now < this.#askAt) return;
    this.#askAt = now + Math.min(this.#parts.idleMs, FIRST_MS * 2 ** this.#asked);
    this.#asked = Math.min(this.#asked + 1, MOST_DOUBLINGS);
    this.find();
  }

  async #askWhileWanted(): Promise<void> {
    this.#asking = true;
    while (this.#wanted) {
      this.#wanted = false;
      await this.#ask().catch(() => undefined);
    }
    this.#asking = false;
  }

  async #ask(): Promise<void> {
    const { replacements } = this.#progress;
    const answer = await this.#parts.source.ask(this.#task);
    // It may be about the database that was replaced meanwhile, whose etags mean nothing any more.
    if (replacements !== this.#progress.replacements) this.#wanted = true;
    else if (answer === 'unknown') {
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
}
