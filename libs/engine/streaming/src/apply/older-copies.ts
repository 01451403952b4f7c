import {
  ravenKey,
  type ChangeSink,
  type StoredCopy,
  type StoredCheckpoint,
  copiesSource,
} from '@nestjs-spark/contracts/internal';
import type { SetReader } from '../receive/set-reader.ts';

const BEYOND_ASCII = /[^\0-\x7f]/;

/**
 * Whether an older version may have failed to find this copy again: because its id, or its source's, has non-ASCII letters, or
 * because the store had assigned a different id than requested.
 */
export function isSuspect(name: string, { id, copyOf }: Pick<StoredCopy, 'id' | 'copyOf'>): boolean {
  if (BEYOND_ASCII.test(id)) return true;
  if (copyOf === null) return false;
  const source = ravenKey(copyOf.slice(copiesSource(name).length + 1));
  const key = ravenKey(id);
  return BEYOND_ASCII.test(copyOf) || (key !== source && !key.startsWith(`${source}/`));
}

/**
 * Checks, once, whether an older version may have left copies here that it could not find again.
 * @returns why everything has to be read again; or the checkpoint which records that this is not necessary
 */
export async function lookAtOlderCopies(
  sink: Pick<ChangeSink, 'copies' | 'apply'>,
  sets: Pick<SetReader, 'tail'>,
  stored: StoredCheckpoint,
): Promise<{ because: string } | { because: null; stored: StoredCheckpoint }> {
  const { checkpoint, version } = stored;
  if (checkpoint.foundByRule) return { because: null, stored };
  if (await hasSuspects(checkpoint.name, sink.copies(checkpoint.name))) {
    const header = (await sets.tail())?.header;
    const isComing = header ? header.generation > checkpoint.generation : false;
    if (isComing) return { because: null, stored };
    return { because: 'an older version may have left copies whose ids have letters beyond ASCII' };
  }
  const found = { ...checkpoint, foundByRule: true };
  return {
    because: null,
    stored: { checkpoint: found, version: await sink.apply([], found, version) },
  };
}

async function hasSuspects(name: string, copies: AsyncIterable<StoredCopy[]>): Promise<boolean> {
  for await (const some of copies) if (some.some((copy) => isSuspect(name, copy))) return true;
  return false;
}
