import type { ChangeCommand } from '@nestjs-spark/contracts';
import { idKey, voidedByPrefixes, type IdRule } from '@nestjs-spark/contracts/internal';

/** Commands that are accepted or refused together: a put and its extras, or a single command. */
export type Unit = ChangeCommand[];

/**
 * The units of a set in order, without the puts that a later command of the set makes void.
 * @param rule how the owner compares ids
 */
export function unitsOf(commands: readonly ChangeCommand[], rule: IdRule): Unit[] {
  const units: Unit[] = [];
  for (const command of commands) {
    const last = units.at(-1);
    const opened = last?.[0];
    const follows = opened?.type === 'put' && isExtra(command) && command.id === opened.id;
    if (last && follows) last.push(command);
    else units.push([command]);
  }
  return withoutVoid(units, rule);
}

/** The subject of a unit: an id, or the prefix of the ids that it deletes. */
export function idOf([command]: Unit): string {
  if (command === undefined) return '';
  return command.type === 'delete-prefix' ? command.prefix : command.id;
}

export function opensWith(unit: Unit, type: ChangeCommand['type']): boolean {
  return unit[0]?.type === type;
}

/** Whether the target may find copies to remove. */
export function removes(commands: readonly ChangeCommand[]): boolean {
  return commands.some(({ type }) => type === 'delete' || type === 'delete-prefix');
}

function withoutVoid(units: readonly Unit[], rule: IdRule): Unit[] {
  const placed = units.map((unit, at) => ({ unit, key: idKey(rule, idOf(unit)), at }));
  const puts = placed.filter(({ unit }) => opensWith(unit, 'put'));
  const prefixes = placed.filter(({ unit }) => opensWith(unit, 'delete-prefix'));
  const voided = voidedByPrefixes(puts, prefixes);
  const later = new Set<string>();
  const kept: Unit[] = [];
  for (const { unit, key, at } of placed.toReversed()) {
    const isVoid = later.has(key) || voided.has(at);
    if (!(opensWith(unit, 'put') && isVoid)) kept.push(unit);
    if (opensWith(unit, 'put') || opensWith(unit, 'delete')) later.add(key);
  }
  return kept.toReversed();
}

function isExtra(command: ChangeCommand): command is Exclude<ChangeCommand, { type: 'delete-prefix' }> {
  return command.type !== 'put' && command.type !== 'delete' && command.type !== 'delete-prefix';
}
