import type { ChangePage, DeleteCover } from '@nestjs-spark/contracts/internal';
import type { TransformedChange } from '../transform/transformer.ts';
import { makeRoom, type Room } from '../rerun/make-room.ts';
import type { Reruns } from '../rerun/reruns.ts';
import { cutPage, splitPage } from '../transform/split-page.ts';
import type { Transformer } from '../transform/transformer.ts';
import { requireDeletes } from '../read/page-reader.ts';
import type { WitnessedPage } from './due-pages.ts';

export interface TransformedPage extends WitnessedPage {
  changes: TransformedChange[];
  deletes: DeleteCover;
  /** For what was run again: to be called when it is in the log. */
  published?: () => Promise<void>;
  /** For what was run again: to be called instead when the log does not take it. */
  refused?: (reason: string) => Promise<void>;
}

/** What the pages mean for the requester; between them, what is run again on request. */
export async function* transformPages(
  pages: AsyncIterable<WitnessedPage>,
  transformer: Transformer,
  reruns: Reruns,
  generation: number,
  signal: AbortSignal,
): AsyncGenerator<TransformedPage, void, undefined> {
  for await (const { page: whole, witness } of pages) {
    if (signal.aborted) return;
    const room = whole.drained && (await reruns.look()) ? makeRoom(whole) : null;
    const again = room && (await reruns.run(room.room.to, generation, signal));
    for (const page of again ? splitRoom(room) : splitPage(whole)) {
      if (again && page === room.room) {
        const { change, published, refused } = again;
        yield { page, witness, changes: [change], deletes: await requireDeletes(whole), published, refused };
        continue;
      }
      for (let left: ChangePage | null = page; left;) {
        const [{ changes, count }, deletes] = await Promise.all([
          transformer.transform(left, generation, signal),
          requireDeletes(whole),
        ]);
        await reruns.require(transformer.takeRecovered());
        const [part, rest] = cutPage(left, count);
        yield { page: part, witness, changes, deletes };
        left = rest;
      }
    }
  }
}

function splitRoom({ before, room, after }: Room): ChangePage[] {
  return [...(before ? splitPage(before) : []), room, ...(after ? splitPage(after) : [])];
}
