import { isNullOr, isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';

/** A shard's entry: it changes only when the owner does. */
export interface ShardEntry {
  /** This life of a process; null: given back. */
  holder: string | null;
  node: string;
  epoch: number;
  revision: number;
}

export interface LiveNode {
  node: string;
  revision: number;
  /** When this revision was first seen, by this process's own clock. */
  since: number;
  ttlMs: number;
}

export const isNode = isObjectOf({ node: isText(128), ttlMs: isWhole });
export const isEntry = isObjectOf({ holder: isNullOr(isText(64)), node: isText(128), epoch: isWhole });
export const isSettings = isObjectOf({ shards: isWhole, function: isText(32) });

/** JSON of a value; null for what is not JSON. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
