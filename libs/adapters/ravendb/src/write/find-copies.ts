import {
  isRemovedBy,
  mayBegin,
  ravenKey,
  type Checkpoint,
  type Effect,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { cutWhole } from '../read-documents/cut-documents.ts';
import { readMetadata, type DocumentMetadata } from '../read-documents/document-metadata.ts';
import { fetchDocuments } from '../read-documents/fetch-documents.ts';
import { readByPrefix } from '../read-documents/read-by-prefix.ts';
import type { Copy } from './own-copies.ts';
import { idsUnder, withSpellings } from './prefix-spellings.ts';

const AT_ONCE = 16;

/** The copies of the checkpoint's task that a set of commands removes. */
export async function findCopies(
  http: RavenHttp,
  { name, beyondAscii }: Pick<Checkpoint, 'name' | 'beyondAscii'>,
  effect: Effect,
): Promise<Copy[]> {
  if (effect.deletes.size === 0 && effect.prefixes.size === 0) return [];
  const isRemoved = isRemovedBy(effect, name);
  const byId = await lookUp(http, [...effect.deletes]);
  const prefixes = [...effect.prefixes].filter(mayBegin);
  const byPrefix = await mapAtOnce(beyondAscii ? await spellAll(http, prefixes) : prefixes, (prefix) =>
    listByPrefix(http, prefix),
  );
  const copies = new Map<string, Copy>();
  for (const document of [...byId, ...byPrefix.flat()]) {
    const { id, changeVector } = document;
    if (isRemoved(document)) copies.set(id, { id, changeVector });
  }
  return [...copies.values()];
}

/** What exists under these ids. */
export async function lookUp(http: RavenHttp, ids: string[]): Promise<DocumentMetadata[]> {
  const found = await fetchDocuments(http, http, ids, { metadataOnly: true });
  return found.filter((document) => document !== null);
}

/** The prefixes spelled in all ways needed for RavenDB to find everything. */
async function spellAll(http: RavenHttp, prefixes: readonly string[]): Promise<string[]> {
  const keys = prefixes.map(ravenKey);
  const found = (await lookUp(http, keys.flatMap(idsUnder))).map(({ id }) => id);
  return withSpellings(keys, found);
}

function listByPrefix(http: RavenHttp, prefix: string): Promise<DocumentMetadata[]> {
  return readByPrefix(http, {
    startsWith: prefix,
    metadataOnly: true,
    read: async (path) => {
      const { body } = await http.request({ path });
      return cutWhole(body).map((slice) => slice && readMetadata(body, slice));
    },
    idOf: ({ id }) => id,
  });
}

async function mapAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}
