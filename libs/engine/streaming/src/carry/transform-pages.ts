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
  /** For rerun documents: to be called once they are in the log. */
  published?: () => Promise<void>;
  /** For rerun documents: to be called instead when the log does not accept them. */
  refused?: (reason: string) => Promise<void>;
}

/** The pages as commands for the requester, with requested reruns in between. */
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
