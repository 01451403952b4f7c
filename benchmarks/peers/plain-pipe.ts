import type { BenchDatabase } from '../support/raven.ts';

const PAGE = 4_096;
const BATCH = 1_024;
const AT_ONCE = 2;

/**
 * The lower bound with JavaScript: read by etag with the next page read ahead, pick five fields, `bulk_docs`. No deletes, no
 * resumption, no second run, no permissions: only the path itself.
 * @returns documents per second
 */
export async function plainPipe(
  source: BenchDatabase,
  target: BenchDatabase,
  documents: number,
): Promise<number> {
  const started = performance.now();
  const writing = new Set<Promise<void>>();
  let etag = 0;
  let next = source.page(etag, PAGE);
  for (;;) {
    const page = await next;
    if (page.length === 0) break;
    etag = etagOf(page.at(-1)) + 1;
    next = source.page(etag, PAGE);
    for (let at = 0; at < page.length; at += BATCH) {
      while (writing.size >= AT_ONCE) await Promise.race(writing);
      const write = target.bulk(page.slice(at, at + BATCH).map(toPut)).finally(() => writing.delete(write));
      writing.add(write);
    }
  }
  await Promise.all(writing);
  return documents / ((performance.now() - started) / 1000);
}

export function toPut(document: Record<string, unknown>): object {
  const { LicensePlate, Model, Year, Color, Brand } = document;
  const metadata = document['@metadata'] as Record<string, unknown>;
  return {
    Id: metadata['@id'],
    ChangeVector: null,
    Type: 'PUT',
    Document: { LicensePlate, Model, Year, Color, Brand, '@metadata': { '@collection': 'Cars' } },
  };
}

export function etagOf(document: Record<string, unknown> | undefined): number {
  const metadata = document?.['@metadata'] as Record<string, unknown> | undefined;
  return Number(/:(\d+)-/.exec(String(metadata?.['@change-vector']))?.[1]);
}
