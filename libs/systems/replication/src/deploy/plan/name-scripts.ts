import { taskNameOf, type EtlScriptItem } from '@nestjs-spark/contracts';
import { nameKey } from '@nestjs-spark/foundation/internal';

export type NamedScript = EtlScriptItem & { name: string };

/**
 * Assigns each script the name of its task: its own name, otherwise its collection's, otherwise (for further unnamed scripts on the same
 * collection) `Cars-2`, `Cars-3` and so on, skipping names used in the request. Both sides of a deployment apply this rule, so they agree without
 * communicating.
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

/** The indexes of scripts whose given name is already used by an earlier one, ignoring case. */
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
