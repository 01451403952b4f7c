/** When the shards were last checked, and which nodes were alive. */
export interface Turn {
  at: number;
  live: readonly string[];
}

/** How many times per TTL the nodes are read: a silent one is noticed up to one such interval late, at each end of its TTL. */
export const LOOKS_IN_TTL = 10;
/** How many times per TTL all shards are read if nothing has changed. */
const TURNS_IN_TTL = 3;

/** Whether the shards have to be checked: immediately when a node joined or left, otherwise periodically. */
export function turnIsDue(last: Turn | null, now: Turn, ttlMs: number): boolean {
  if (!last || now.at - last.at >= ttlMs / TURNS_IN_TTL) return true;
  return last.live.length !== now.live.length || now.live.some((node) => !last.live.includes(node));
}
