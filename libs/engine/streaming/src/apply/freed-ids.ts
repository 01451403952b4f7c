import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import type { ChangeSink, Overwrite } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import type { SourceInquiry } from '../task/tasks.ts';

const LOOKED_AT_ONCE = 500;

export interface FreedIdsParts {
  sink: Pick<ChangeSink, 'findInTheWay'>;
  source: Pick<SourceInquiry, 'sendAgain'>;
  /** What waits for another document to be removed. */
  standing(): { documentId: string; copyId: string }[];
  everyMs: number;
}

/**
 * Checks whether what blocked copies is gone, and has their documents sent again. Nothing signals the deletion of another
 * writer's document, so this polls, but only when something is set aside for that reason.
 */
export class FreedIds {
  readonly #parts: FreedIdsParts;
  #from = 0;

  constructor(parts: FreedIdsParts) {
    this.#parts = parts;
  }

  async watch(task: () => { task: TaskKey; overwrite?: Overwrite }, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#parts.everyMs, signal);
      // What failed now is retried the next time.
      if (!signal.aborted) await this.look(task()).catch(() => {});
    }
  }

  async look({ task, overwrite }: { task: TaskKey; overwrite?: Overwrite }): Promise<void> {
    const all = this.#parts.standing();
    if (all.length === 0) return;
    if (this.#from >= all.length) this.#from = 0;
    const some = all.slice(this.#from, this.#from + LOOKED_AT_ONCE);
    this.#from += LOOKED_AT_ONCE;
    const ids = some.map(({ copyId }) => copyId);
    const blocked = new Set(await this.#parts.sink.findInTheWay(taskName(task), ids, overwrite));
    const freed = some.filter(({ copyId }) => !blocked.has(copyId)).map(({ documentId }) => documentId);
    if (freed.length > 0) await this.#parts.source.sendAgain(task, [...new Set(freed)]);
  }
}
