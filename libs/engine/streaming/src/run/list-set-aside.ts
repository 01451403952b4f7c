import type { TaskKey } from '@nestjs-spark/contracts';
import { UNNAMED_RULE, idKey, type StateStore } from '@nestjs-spark/contracts/internal';
import { inGroups } from '@nestjs-spark/foundation/internal';
import { isOpen, readRerun } from '../rerun/rerun-request.ts';
import type { SetAsideDocument } from '../set-aside/document.ts';
import { SetAsideEntries } from '../set-aside/entries.ts';
import { beyondId, rerunId } from '../set-aside/state-ids.ts';

const REMOVED_AT_ONCE = 16;

/** What is set aside of one task. */
export interface SetAsideList {
  /** The one that failed last comes first. */
  documents: SetAsideDocument[];
  /** How many more failed, at most, than are kept one by one. */
  beyond: number;
  /** Somebody asked to have some of it run again, and that is still to be done. */
  retrying: boolean;
}

export async function listSetAside(state: StateStore, task: TaskKey): Promise<SetAsideList> {
  const entries = new SetAsideEntries(state, task);
  const [stored, beyond, retry] = await Promise.all([
    entries.list(),
    entries.readBeyond(),
    readRerun(state, task),
  ]);
  const open = stored.filter(({ value }) => value.publishedIn === undefined);
  const documents = open.map(({ value }) => value).toSorted((a, b) => b.at - a.at);
  return { documents: eachOnce(documents), beyond: beyond?.value.count ?? 0, retrying: isOpen(retry?.value) };
}

/** For a moment a document may be listed by two readings of the source. */
function eachOnce(documents: SetAsideDocument[]): SetAsideDocument[] {
  const seen = new Set<string>();
  return documents.filter(({ documentId, copyId = documentId, ids = UNNAMED_RULE }) => {
    const key = idKey(ids, copyId);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Removes all that is remembered about a task that is over. */
export async function forgetSetAside(state: StateStore, task: TaskKey): Promise<void> {
  const entries = new SetAsideEntries(state, task);
  await inGroups(await entries.list(), REMOVED_AT_ONCE, ({ id }) => entries.remove(id));
  await state.remove(beyondId(task));
  await state.remove(rerunId(task));
}
