import { UNNAMED_RULE, type StoredCheckpoint, type StoredCopy } from '@nestjs-spark/contracts/internal';
import { VersionConflictError } from '@nestjs-spark/contracts';
import { deleteOf } from './deletes-under.ts';
import { applyWithoutRefused, type Isolation } from './isolate-refused.ts';

/**
 * Removes copies, in batches that each write the checkpoint, except those that the target refuses to delete. If interrupted, it
 * can simply be repeated.
 * @returns the checkpoint as stored at the end
 * @throws {VersionConflictError} when the checkpoint has moved
 */
export async function removeCopies(
  isolation: Isolation,
  stored: StoredCheckpoint,
  unwanted: AsyncIterable<StoredCopy[]>,
): Promise<StoredCheckpoint> {
  const { name, ids: rule = UNNAMED_RULE } = stored.checkpoint;
  let now = stored;
  for await (const copies of unwanted) {
    if (copies.length === 0) continue;
    const commands = copies.map((copy) => deleteOf(rule, name, copy));
    const version = await applyWithoutRefused(isolation, {
      commands,
      checkpoint: now.checkpoint,
      expected: now.version,
    });
    const after = await isolation.sink.readCheckpoint(name);
    if (after?.version !== version) throw new VersionConflictError(name);
    now = after;
  }
  return now;
}

/** The copies that satisfy a condition. */
export async function* copiesThat(
  copies: AsyncIterable<StoredCopy[]>,
  condition: (copy: StoredCopy) => boolean,
): AsyncGenerator<StoredCopy[]> {
  for await (const some of copies) yield some.filter(condition);
}
