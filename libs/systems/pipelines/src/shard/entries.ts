import { isNullOr, isObjectOf, isText, isWhole } from '@nestjs-spark/foundation/internal';

/** The entry of a shard: it only changes with the owner. */
export interface ShardEntry {
  /** The process instance that owns it; null if it was given back. */
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

/** Parses JSON; null if it is invalid. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
