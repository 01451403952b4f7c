import { DocumentStore } from 'ravendb';
import type { BenchDatabase } from '../support/raven.ts';
import { etagOf, toPut } from './plain-pipe.ts';

/**
 * The shortest path of a change: announced by the Changes API, read by etag, put with `bulk_docs`, in this process. No log
 * between the modules, no deletes, no checkpoint: the minimum cost of a live change on this machine.
 * @returns a function that ends it
 */
export async function bareLive(source: BenchDatabase, target: BenchDatabase): Promise<() => void> {
  const store = new DocumentStore(source.server, source.name);
  store.initialize();
  let from = (await source.lastEtag()) + 1;
  let heard = 0;
  let carrying = false;

  const carry = async (): Promise<void> => {
    if (carrying) return;
    carrying = true;
    for (let done = -1; done !== heard;) {
      done = heard;
      const page = await source.page(from, 256);
      if (page.length === 0) continue;
      from = etagOf(page.at(-1)) + 1;
      await target.bulk(page.map(toPut));
    }
    carrying = false;
  };

  const changes = store.changes();
  await changes.ensureConnectedNow();
  changes.forAllDocuments().on('data', () => {
    heard++;
    void carry();
  });
  return () => {
    changes.dispose();
    store.dispose();
  };
}
