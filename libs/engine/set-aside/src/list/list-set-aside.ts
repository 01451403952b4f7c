import { UNNAMED_RULE, idKey, type StateStore } from '@nestjs-spark/contracts/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import { isOpen, readRerun } from '../rerun/rerun-request.ts';
import type { SetAsideRecord } from '../keep/record.ts';
import { SetAsideEntries } from '../keep/entries.ts';
import { beyondId, rerunId, setAsidePrefix } from '../keep/record-ids.ts';

const REMOVED_AT_ONCE = 16;

/** What is set aside under one name. */
export interface SetAsideList {
  /** The most recent failure first. */
  documents: SetAsideRecord[];
  /** Upper bound of how many more failed than are kept individually. */
  beyond: number;
  /** A rerun of some of them was requested and is not finished. */
  retrying: boolean;
}

/** Reads what is set aside under a name, with the reasons. */
export async function listSetAside(state: StateStore, name: string): Promise<SetAsideList> {
  const entries = new SetAsideEntries(state, name);
  const [stored, beyond, retry] = await Promise.all([
    entries.list(),
    entries.readBeyond(),
    readRerun(state, name),
  ]);
  const open = stored.filter(({ value }) => value.publishedIn === undefined);
  const documents = open.map(({ value }) => value).toSorted((a, b) => b.at - a.at);
  return { documents: eachOnce(documents), beyond: beyond?.value.count ?? 0, retrying: isOpen(retry?.value) };
}

/** For a moment, two readings of the source may list the same record. */
function eachOnce(documents: SetAsideRecord[]): SetAsideRecord[] {
  const seen = new Set<string>();
  return documents.filter(({ documentId, copyId = documentId, ids = UNNAMED_RULE }) => {
    const key = idKey(ids, copyId);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Removes everything stored under a name that is no longer used. */
export async function forgetSetAside(state: StateStore, name: string): Promise<void> {
  const entries = new SetAsideEntries(state, name);
  await inGroups(await state.list(setAsidePrefix(name)), REMOVED_AT_ONCE, ({ id }) => entries.remove(id));
  await state.remove(beyondId(name));
  await state.remove(rerunId(name));
}
