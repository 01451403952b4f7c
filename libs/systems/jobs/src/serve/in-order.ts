import { endsWithin } from '@nestjs-spark/foundation/internal';
import type { JobStore, StoredJob } from '../job/store.ts';
import { Gaps } from './gaps.ts';
import type { ToldChange } from './untold.ts';

/** How long to wait for the next change while others are held back, in milliseconds. */
const QUIET_MS = 1_000;

/** Where a reader begins, and what it is told of each job. */
export interface OrderedReading {
  /** The last revision that the reader knows; undefined for one that only wants what is new. */
  after: number | undefined;
  told(stored: StoredJob): readonly ToldChange[];
  /** The revision of the latest change of all. */
  position: JobStore['position'];
}

/**
 * The changes of many jobs in the order of their revisions, so that a reader may resume after any of them. The change of a message
 * that has left its queue is only found with the job's next change: at a missing revision, later changes are held back until it is
 * found, until everything that was stored when it was missed has been read, or until nothing follows.
 */
export async function* inOrder(
  jobs: AsyncIterable<StoredJob>,
  { after, told, position }: OrderedReading,
): AsyncGenerator<ToldChange> {
  const iterator = jobs[Symbol.asyncIterator]();
  let gaps = new Gaps(after);
  const held: ToldChange[] = [];
  try {
    for (;;) {
      const next = iterator.next();
      if (held.length > 0 && !(await endsWithin(next, QUIET_MS))) {
        gaps.close();
        yield* held.splice(0);
      }
      const { value: stored, done } = await next;
      if (done) return yield* held;
      if (gaps.isBehind(stored.revision)) {
        yield* held.splice(0);
        gaps = new Gaps(0);
      }
      gaps.read(stored);
      for (const change of told(stored)) insert(change, held);
      if (gaps.needBound) gaps.bound(await position().catch(() => Infinity));
      yield* held.splice(0, countBelow(gaps.first, held));
    }
  } finally {
    // Not awaited: it may be waiting for a change that never comes, until the caller aborts its signal.
    void iterator.return?.().catch(() => undefined);
  }
}

/** Behind all with the same or an earlier revision. Most belong at the end. */
function insert(change: ToldChange, held: ToldChange[]): void {
  held.splice(countBelow(change.revision + 1, held), 0, change);
}

function countBelow(revision: number, held: readonly ToldChange[]): number {
  return held.findLastIndex((one) => one.revision < revision) + 1;
}
