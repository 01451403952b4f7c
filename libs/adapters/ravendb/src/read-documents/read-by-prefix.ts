import type { RavenHttp } from '../connect/raven-http.ts';

const PAGE = 1_024;

export interface PrefixReading<T> {
  startsWith: string;
  metadataOnly?: boolean;
  /** The documents of one answer; null where there is none. Default: as JSON. */
  read?: (path: string) => Promise<readonly (T | null)[]>;
  idOf: (document: T) => string;
}

/**
 * Everything under a prefix. Each page begins after the last id of the one before: counted from the first, it would begin too late by as
 * many as have been removed meanwhile, and what it passes over would be missing without a word.
 */
export async function readByPrefix<T>(
  http: RavenHttp,
  { startsWith, metadataOnly, read = (path) => readJson<T>(http, path), idOf }: PrefixReading<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | undefined; ;) {
    const query = {
      startsWith,
      pageSize: PAGE,
      ...(metadataOnly && { metadataOnly }),
      ...(after !== undefined && { startAfter: after }),
    };
    const page = await read(http.path('/docs', query));
    const documents = page.filter((document) => document !== null);
    found.push(...documents);
    const last = documents.at(-1);
    if (page.length < PAGE || last === undefined) return found;
    after = idOf(last);
  }
}

async function readJson<T>(http: RavenHttp, path: string): Promise<readonly (T | null)[]> {
  return (await http.getDocuments<T>(path)) ?? [];
}
