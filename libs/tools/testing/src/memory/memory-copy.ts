import {
  UNNAMED_RULE,
  idKey,
  ownersKey,
  type Checkpoint,
  type StandingCopy,
  type StoredCopy,
} from '@nestjs-spark/contracts/internal';

export interface MemoryCopy {
  id: string;
  collection: string;
  fields: Record<string, unknown>;
  /** The document, as it was written. */
  text: string;
  source: string | null;
  etag: number;
  generation: string | null;
}

export function collectionOf(metadata: Record<string, unknown>): string {
  return String(metadata['@collection'] ?? '');
}

/** Whether a copy is that of another document of the owner, whose id this target takes for the same. */
export function isOfAnother(
  { name, ids: rule = UNNAMED_RULE }: Checkpoint,
  there: MemoryCopy,
  id: string,
): boolean {
  return ownersKey(rule, name, toMark(there)) !== idKey(rule, id);
}

export function fieldsOf({ document }: { document: string }): Record<string, unknown> {
  return JSON.parse(document) as Record<string, unknown>;
}

export function toMark({ id, source, generation }: MemoryCopy): StandingCopy {
  return { id, copyOf: source, generation };
}

export function toStored(copy: MemoryCopy): Omit<StoredCopy, 'version'> {
  return { ...toMark(copy), sourceEtag: copy.etag };
}
