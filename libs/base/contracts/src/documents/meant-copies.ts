import { copiesSource } from '../names/copies-name.ts';
import { idKey, ravenKey, type IdRule } from '../names/id-rules.ts';
import { isCopyOf, type CopyMarks } from './own-copies.ts';
import type { Effect } from './reduce-commands.ts';

/** An existing copy at the target. */
export interface StandingCopy extends CopyMarks {
  id: string;
}

/**
 * The key by which the owner refers to a copy. The owner's spelling is in `spark-source`; the copy's own id may be spelled
 * differently where the target treats both as one id. It may also have a prefix (`idPrefix`), in the copy's spelling.
 */
export function ownersKey(
  rule: IdRule,
  name: string,
  { id, copyOf }: Omit<StandingCopy, 'generation'>,
): string {
  const source = copyOf === null ? null : copyOf.slice(copiesSource(name).length + 1);
  const at = source === null ? -1 : placeOf(source, id);
  if (source === null || at < 0) return idKey(rule, id);
  return idKey(rule, id.slice(0, at) + source + id.slice(at + source.length));
}

/**
 * The position of the source's id within its copy's id: at the start or after a prefix, and followed by the end or a slash. Keys
 * are as long as ids.
 */
function placeOf(source: string, id: string): number {
  const key = ravenKey(id);
  const wanted = ravenKey(source);
  if (key.startsWith(wanted)) return 0;
  return key.endsWith(wanted) ? id.length - source.length : key.indexOf(`${wanted}/`);
}

/** Recognizes the copies of a name that a set removes. */
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
