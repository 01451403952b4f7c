import { NOT_DELETED, type ChangeCommand, type Etag } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_SOURCE, type ChangeSink } from '@nestjs-spark/contracts/internal';
import type { RefusedUnit } from './isolate-refused.ts';

/** The owner's document that a copy was made from, and the etag of its version; null when only the document is known. */
export interface Origin {
  documentId: string;
  etag: Etag | null;
}

const ORIGIN = new RegExp(`"${COPY_SOURCE}":("(?:[^"\\\\]|\\\\.)*"),"${COPY_ETAG}":(\\d+)`, 'g');

/**
 * The origins of refused units: a put states its own, a delete's is that of the copy that stays.
 * @param name of the copies
 * @param keyOf by the owner's rule; determines the keys of the result
 */
export async function originsOf(
  sink: Pick<ChangeSink, 'copies'>,
  { name, owner, keyOf }: { name: string; owner: string; keyOf: (id: string) => string },
  units: readonly RefusedUnit[],
): Promise<Map<string, Origin>> {
  const origins = new Map<string, Origin>();
  for (const { id, commands } of units) {
    const origin = originOf(commands[0], owner);
    if (origin) origins.set(keyOf(id), origin);
  }
  const kept = units.filter(({ kind }) => kind === NOT_DELETED).map(({ id }) => id);
  if (kept.length === 0) return origins;
  for await (const copies of sink.copies(name, kept)) {
    for (const { id, copyOf } of copies) {
      const documentId = copyOf === null ? null : documentOf(copyOf, owner);
      if (documentId !== null) origins.set(keyOf(id), { documentId, etag: null });
    }
  }
  return origins;
}

/** Found by text search, since a refused document may not be parseable; Spark writes its metadata last. */
function originOf(command: ChangeCommand | undefined, owner: string): Origin | null {
  if (command?.type !== 'put') return null;
  const found = [...command.document.matchAll(ORIGIN)].at(-1);
  if (!found) return null;
  const documentId = documentOf(JSON.parse(found[1] ?? '""') as string, owner);
  return documentId === null ? null : { documentId, etag: Number(found[2]) };
}

function documentOf(source: string, owner: string): string | null {
  const prefix = `${owner}/`;
  return source.startsWith(prefix) ? source.slice(prefix.length) : null;
}
