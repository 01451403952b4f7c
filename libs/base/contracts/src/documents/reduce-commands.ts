import type { ChangeCommand } from '../change-set/change-set.ts';
import { idKey, type IdRule } from '../names/id-rules.ts';

/** What a set of commands comes to in the end, each of the owner's ids once. Keys are by the owner's rule. */
export interface Effect {
  rule: IdRule;
  puts: Map<string, { id: string; document: string }>;
  /** Keys to delete; none of them is put. */
  deletes: Set<string>;
  /** Keys of prefixes to delete; documents of `puts` are not meant, they came after. */
  prefixes: Set<string>;
}

export function reduceCommands(commands: readonly ChangeCommand[], rule: IdRule): Effect {
  const effect: Effect = { rule, puts: new Map(), deletes: new Set(), prefixes: new Set() };
  for (const command of commands) {
    switch (command.type) {
      case 'put': {
        const key = idKey(rule, command.id);
        effect.puts.set(key, command);
        effect.deletes.delete(key);
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
        for (const key of effect.puts.keys()) if (key.startsWith(prefix)) effect.puts.delete(key);
        break;
      }
    }
  }
  return effect;
}
