import { idKey, type Checkpoint } from '@nestjs-spark/contracts/internal';
import type { ApplyTask } from '../task/tasks.ts';
import { readCopies, type OwnDatabase } from './copies-here.ts';
import type { CopyContent } from './copy-content.ts';
import type { ExpectedCopy, ExpectedPage } from './expected.ts';
import type { IdTable } from './id-table.ts';
import { judgeCopy } from './judge-copy.ts';
import { originOf } from './standing.ts';
import type { WrittenCopies } from './written-copies.ts';

/** The result for a page of the owner's documents. */
export interface PageOutcome {
  /** Copies that are in order. */
  equal: number;
  /** Documents whose copies looked wrong. */
  suspects: string[];
}

export interface ContentsParts {
  task: Pick<ApplyTask, 'key'>;
  database: OwnDatabase;
  written: WrittenCopies;
  /** Records each copy that the script makes. */
  seen: IdTable;
}

interface Made {
  /** The document that it is a copy of. */
  of: string;
  copy: ExpectedCopy;
  key: string;
}

/** Compares the copies of a page's documents with what they have to contain. Everything before `from` has already been compared. */
export async function lookAtContents(
  page: ExpectedPage & { from: number },
  checkpoint: Checkpoint,
  { task, database, written, seen }: ContentsParts,
): Promise<PageOutcome> {
  const made = page.documents.flatMap(({ id, copies }): Made[] =>
    (copies ?? []).map((copy) => ({ of: id, copy, key: idKey(database.ids, copy.id) })),
  );
  const there = await findCopies(made, page.from, { database, written });
  const range = { before: page.before, applied: checkpoint.to };
  const suspects = new Set<string>();
  for (const { of, copy, key } of made) {
    seen.set(key, 1);
    const verdict = judgeCopy(copy, there.get(key) ?? null, originOf(checkpoint, task.key.owner, of), range);
    if (verdict !== 'equal') suspects.add(of);
  }
  // The copies of a suspect, including equal ones, are counted when it is settled.
  const equal = suspects.size === 0 ? made.length : made.filter(({ of }) => !suspects.has(of)).length;
  return { equal, suspects: [...suspects] };
}

/** By key: copies that the scan has returned, and those found by id. */
async function findCopies(
  made: readonly Made[],
  from: number,
  { database, written }: Pick<ContentsParts, 'database' | 'written'>,
): Promise<Map<string, CopyContent>> {
  const found = await written.take(
    made.map(({ key }) => key),
    from,
  );
  const others = made.filter(({ key }) => !found.has(key));
  const copies = await readCopies(
    database,
    others.map(({ copy }) => copy.id),
  );
  for (const [at, { key }] of others.entries()) {
    const copy = copies[at];
    if (copy) found.set(key, copy);
  }
  return found;
}
