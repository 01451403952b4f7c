import { ContentRefusedError } from '@nestjs-spark/contracts';
import {
  generationLabel,
  hasOtherSpellings,
  isCopyOf,
  isRemovedBy,
  ownersKey,
  ravenKey,
  taskLabel,
  type Checkpoint,
  type Effect,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { lookUp } from './find-copies.ts';

/** Keys of puts that RavenDB may take for another document of the owner, whose store tells more ids apart. */
export function sharedIds({ puts, rule }: Effect, { beyondAscii }: Checkpoint): string[] {
  if (rule === 'ravendb' || !beyondAscii) return [];
  return [...puts].filter(([, { id }]) => hasOtherSpellings(id)).map(([key]) => key);
}

/**
 * An id in RavenDB is one document's: the one that came first in this generation. Copies of other generations are not looked
 * at, because they go when this one is complete.
 * @param shared `sharedIds` of the effect
 * @throws {ContentRefusedError} for a document that came second, naming the first
 */
export async function refuseShared(
  http: RavenHttp,
  effect: Effect,
  { task, generation }: Checkpoint,
  shared: readonly string[],
): Promise<void> {
  if (shared.length === 0) return;
  const { puts, rule } = effect;
  const own = isCopyOf(task);
  const isRemoved = isRemovedBy(effect, task);
  const current = generationLabel(taskLabel(task), generation);
  const first = new Map<string, { key: string; id: string }>();
  for (const copy of await lookUp(http, [...shared])) {
    if (!own(copy) || copy.generation !== current || isRemoved(copy)) continue;
    first.set(ravenKey(copy.id), { key: ownersKey(rule, task, copy), id: copy.copyOf ?? copy.id });
  }
  for (const key of shared) {
    const { id } = puts.get(key) ?? { id: key };
    const there = first.get(ravenKey(id));
    if (there === undefined) first.set(ravenKey(id), { key, id: `${task.owner}/${id}` });
    else if (there.key !== key) {
      throw new ContentRefusedError(
        `Document ${JSON.stringify(id)} cannot stand beside the copy of ${there.id}: RavenDB takes both for one id`,
        id,
      );
    }
  }
}
