import { taskNameOf, type EtlScriptItem } from '@nestjs-spark/contracts';
import { nameKey } from '@nestjs-spark/foundation/internal';

export type NamedScript = EtlScriptItem & { name: string };

/**
 * Gives every script its task's name: the one it brings, else its collection's, else (for further unnamed scripts on the
 * same collection) `Cars-2`, `Cars-3` and so on, passing over names that the request uses itself. Both sides of a
 * deployment name by this rule, so they agree without telling each other.
 */
export function nameScripts(items: readonly EtlScriptItem[]): NamedScript[] {
  const taken = new Set(items.flatMap(({ name }) => (name === undefined ? [] : [nameKey(name)])));
  return items.map((item) => {
    const name = item.name ?? freeName(item.sourceCollection, taken);
    taken.add(nameKey(name));
    return { ...item, name };
  });
}

function freeName(collection: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? taskNameOf(collection) : `${taskNameOf(collection)}-${number}`;
    if (!taken.has(nameKey(name))) return name;
  }
}

/** Positions of scripts whose given name another one before them has already, without regard to case. */
export function repeatedNames(items: readonly EtlScriptItem[]): number[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }, index) => {
    if (name === undefined) return [];
    const key = nameKey(name);
    if (seen.has(key)) return [index];
    seen.add(key);
    return [];
  });
}
