import type { ChangeCommand } from '../change-set/change-set.ts';
import { idKey, type IdRule } from '../names/id-rules.ts';
import { voidedByPrefixes, type Placed } from './voided-by-prefixes.ts';

/** The net effect of a set of commands, with each of the owner's ids once. Keys follow the owner's id rule. */
export interface Effect {
  rule: IdRule;
  puts: Map<string, { id: string; document: string }>;
  /** Keys to delete; none of them is put. */
  deletes: Set<string>;
  /** Keys of prefixes to delete; they do not apply to documents in `puts`, which came later. */
  prefixes: Set<string>;
}

export function reduceCommands(commands: readonly ChangeCommand[], rule: IdRule): Effect {
  const effect: Effect = { rule, puts: new Map(), deletes: new Set(), prefixes: new Set() };
  const removed: Placed[] = [];
  // Most sets delete no prefix: where each of their puts is, is not asked.
  const putAt = commands.some(({ type }) => type === 'delete-prefix') ? new Map<string, number>() : null;
  commands.forEach((command, at) => {
    switch (command.type) {
      case 'put': {
        const key = idKey(rule, command.id);
        effect.puts.set(key, command);
        effect.deletes.delete(key);
        putAt?.set(key, at);
        break;
      }
      case 'delete': {
        const key = idKey(rule, command.id);
        effect.puts.delete(key);
        effect.deletes.add(key);
        break;
      }
      case 'delete-prefix': {
        const prefix = idKey(rule, command.prefix);
        effect.prefixes.add(prefix);
        removed.push({ key: prefix, at });
        break;
      }
    }
  });
  const puts = [...(putAt ?? [])].map(([key, at]) => ({ key, at }));
  const voided = voidedByPrefixes(puts, removed);
  for (const { key, at } of puts) if (voided.has(at)) effect.puts.delete(key);
  return effect;
}
