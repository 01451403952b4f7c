import type { ChangeCommand } from '../change-set/change-set.ts';

/** What a set of commands comes to in the end, each id once. */
export interface Effect {
  /** By id in lower case, since ids compare without regard to case. */
  puts: Map<string, { id: string; document: string }>;
  /** Ids to delete, lower case; none of them is put. */
  deletes: Set<string>;
  /** Prefixes to delete; documents of `puts` are not meant, they came after. */
  prefixes: Set<string>;
}

export function reduceCommands(commands: readonly ChangeCommand[]): Effect {
  const effect: Effect = { puts: new Map(), deletes: new Set(), prefixes: new Set() };
  for (const command of commands) {
    switch (command.type) {
      case 'put': {
        const key = command.id.toLowerCase();
        effect.puts.set(key, command);
        effect.deletes.delete(key);
        break;
      }
      case 'delete': {
        const key = command.id.toLowerCase();
        effect.puts.delete(key);
        effect.deletes.add(key);
        break;
      }
      case 'delete-prefix': {
        const prefix = command.prefix.toLowerCase();
        effect.prefixes.add(prefix);
        for (const key of effect.puts.keys()) if (key.startsWith(prefix)) effect.puts.delete(key);
        break;
      }
    }
  }
  return effect;
}
