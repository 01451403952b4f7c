import type { ChangeCommand } from '@nestjs-spark/contracts';
import {
  idKey,
  ownersKey,
  type ChangeSink,
  type IdRule,
  type StandingCopy,
} from '@nestjs-spark/contracts/internal';
import { idOf, opensWith, type Unit } from './units.ts';

/** The command by which the owner would delete a copy. */
export function deleteOf(rule: IdRule, name: string, copy: StandingCopy): ChangeCommand {
  const key = ownersKey(rule, name, copy);
  return { type: 'delete', id: idKey(rule, copy.id) === key ? copy.id : key };
}

/**
 * The same units, with one delete for each existing copy in place of deletes by prefix, so that one copy that stays does not hold
 * back the others. The order is preserved; a copy under several prefixes is deleted with the first.
 */
export async function deletesUnder(
  sink: Pick<ChangeSink, 'copies'>,
  name: string,
  rule: IdRule,
  units: readonly Unit[],
): Promise<Unit[]> {
  const keyOf = (unit: Unit): string => idKey(rule, idOf(unit));
  const isPrefix = (unit: Unit): boolean => opensWith(unit, 'delete-prefix');
  const under = new Map<string, Unit[]>(units.filter(isPrefix).map((unit) => [keyOf(unit), []]));
  for await (const copies of sink.copies(name)) {
    for (const copy of copies) {
      const key = ownersKey(rule, name, copy);
      const prefix = [...under.keys()].find((one) => key.startsWith(one));
      if (prefix !== undefined) under.get(prefix)?.push([deleteOf(rule, name, copy)]);
    }
  }
  return units.flatMap((unit) => {
    if (!isPrefix(unit)) return [unit];
    const deletes = under.get(keyOf(unit)) ?? [];
    under.delete(keyOf(unit));
    return deletes;
  });
}
