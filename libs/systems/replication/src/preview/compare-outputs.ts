import { ravenKey } from '@nestjs-spark/contracts/internal';
import type { EtlCommand, ScriptOutput } from '@nestjs-spark/etl-script';

/** How another script would affect one copy. */
export interface CopyChange {
  id: string;
  change: 'new' | 'changed' | 'gone' | 'same';
  /** The result of the running script; absent if it is the same, or nothing. */
  before?: EtlCommand[];
}

/**
 * How another script would affect one document's copies. `fails`: only the other script throws; `fixed`: only the running one does, so its copies
 * are as old as its last success.
 */
export interface Comparison {
  outcome: 'same' | 'different' | 'fails' | 'fixed';
  copies: CopyChange[];
}

/** Compares the content that each copy would have. Deletes are ignored: they only name copies that do not exist. */
export function compareOutputs(running: ScriptOutput, other: ScriptOutput): Comparison {
  if (running.status === 'failed' || other.status === 'failed') {
    if (running.status === other.status) return { outcome: 'same', copies: [] };
    return { outcome: other.status === 'failed' ? 'fails' : 'fixed', copies: [] };
  }
  const before = byCopy(running.commands);
  const after = byCopy(other.commands);
  const keys = new Set([...before.keys(), ...after.keys()]);
  const copies = [...keys].map((key) => compareCopy(before.get(key) ?? [], after.get(key) ?? []));
  const different = copies.some(({ change }) => change !== 'same');
  return { outcome: different ? 'different' : 'same', copies };
}

function compareCopy(before: EtlCommand[], after: EtlCommand[]): CopyChange {
  const id = idOf(after[0] ?? before[0]) ?? '';
  if (before.length === 0) return { id, change: 'new' };
  if (after.length === 0) return { id, change: 'gone', before };
  return JSON.stringify(before) === JSON.stringify(after)
    ? { id, change: 'same' }
    : { id, change: 'changed', before };
}

/** Groups all commands for the same id, of any kind. */
function byCopy(commands: readonly EtlCommand[]): Map<string, EtlCommand[]> {
  const copies = new Map<string, EtlCommand[]>();
  for (const command of commands) {
    const id = idOf(command);
    if (id === null || command.type === 'delete') continue;
    const key = ravenKey(id);
    copies.set(key, [...(copies.get(key) ?? []), command]);
  }
  return copies;
}

function idOf(command: EtlCommand | undefined): string | null {
  return command && 'id' in command ? command.id : null;
}
