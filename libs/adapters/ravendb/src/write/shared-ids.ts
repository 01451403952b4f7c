import { NotACopyError } from '@nestjs-spark/contracts';
import {
  copiesSource,
  generationLabel,
  hasOtherSpellings,
  idKey,
  isCopyOf,
  isRemovedBy,
  ownersKey,
  ravenKey,
  copiesLabel,
  UNNAMED_RULE,
  type Checkpoint,
  type Effect,
  type StandingCopy,
} from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { lookUp } from './find-copies.ts';

/** Keys of puts that RavenDB may confuse with another document of the owner, whose store distinguishes more ids. */
export function sharedIds({ puts, rule }: Effect, { beyondAscii }: Checkpoint): string[] {
  if (rule === 'ravendb' || !beyondAscii) return [];
  return [...puts].filter(([, { id }]) => hasOtherSpellings(id)).map(([key]) => key);
}

/**
 * An id in RavenDB belongs to one document: the one that came first in this generation. Copies of other generations are not
 * considered, because they are removed when this one is complete.
 * @param shared `sharedIds` of the effect
 * @throws {NotACopyError} naming each document that came second, and the first
 */
export async function refuseShared(
  http: RavenHttp,
  effect: Effect,
  checkpoint: Checkpoint,
  shared: readonly string[],
): Promise<void> {
  if (shared.length === 0) return;
  const { puts, rule } = effect;
  const { name } = checkpoint;
  const isCurrent = isOfGeneration(checkpoint);
  const isRemoved = isRemovedBy(effect, name);
  const first = new Map<string, { key: string; id: string }>();
  for (const copy of await lookUp(http, [...shared])) {
    if (!isCurrent(copy) || isRemoved(copy)) continue;
    first.set(ravenKey(copy.id), { key: ownersKey(rule, name, copy), id: copy.copyOf ?? copy.id });
  }
  const second = new Map<string, string>();
  for (const key of shared) {
    const { id } = puts.get(key) ?? { id: key };
    const there = first.get(ravenKey(id));
    if (there === undefined) first.set(ravenKey(id), { key, id: `${copiesSource(name)}/${id}` });
    else if (there.key !== key) {
      second.set(
        id,
        `Document ${JSON.stringify(id)} cannot coexist with the copy of ${there.id}: RavenDB treats both as one id`,
      );
    }
  }
  if (second.size > 0) throw new NotACopyError(second);
}

/** Whether a copy belongs to another document of the owner, for which `refuseShared` would refuse this id. */
export function isOfAnother(checkpoint: Checkpoint, there: StandingCopy, id: string): boolean {
  const { name, ids: rule = UNNAMED_RULE } = checkpoint;
  if (rule === 'ravendb' || !isOfGeneration(checkpoint)(there)) return false;
  return ownersKey(rule, name, there) !== idKey(rule, id);
}

function isOfGeneration({ name, generation }: Checkpoint): (copy: StandingCopy) => boolean {
  const own = isCopyOf(name);
  const current = generationLabel(copiesLabel(name), generation);
  return (copy) => own(copy) && copy.generation === current;
}
