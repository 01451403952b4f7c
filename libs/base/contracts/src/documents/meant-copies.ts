import { copiesSource } from '../names/copies-name.ts';
import { idKey, ravenKey, type IdRule } from '../names/id-rules.ts';
import { isCopyOf, type CopyMarks } from './own-copies.ts';
import type { Effect } from './reduce-commands.ts';

/** A copy as it stands at the target. */
export interface StandingCopy extends CopyMarks {
  id: string;
}

/**
 * The key by which the owner means a copy. The owner's spelling is in `spark-source`; the copy itself may have another one,
 * where the target takes both for one id.
 */
export function ownersKey(
  rule: IdRule,
  name: string,
  { id, copyOf }: Omit<StandingCopy, 'generation'>,
): string {
  const source = copyOf === null ? null : copyOf.slice(copiesSource(name).length + 1);
  const isFromThere = source !== null && ravenKey(id).startsWith(ravenKey(source));
  return idKey(rule, isFromThere ? source + id.slice(source.length) : id);
}

/** Tells the copies of a name that a set is to remove. */
export function isRemovedBy(effect: Effect, name: string): (copy: StandingCopy) => boolean {
  const own = isCopyOf(name);
  return (copy) => {
    if (!own(copy)) return false;
    const key = ownersKey(effect.rule, name, copy);
    if (effect.puts.has(key)) return false;
    return effect.deletes.has(key) || hasPrefixIn(effect.prefixes, key);
  };
}

function hasPrefixIn(prefixes: ReadonlySet<string>, key: string): boolean {
  if (prefixes.size === 0) return false;
  for (let end = key.length; end >= 0; end--) if (prefixes.has(key.slice(0, end))) return true;
  return false;
}
