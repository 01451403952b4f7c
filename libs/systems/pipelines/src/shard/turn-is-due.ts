/** When the shards were last looked at, and who was alive then. */
export interface Turn {
  at: number;
  live: readonly string[];
}

/** Times in a TTL that the nodes are asked for: so much later a silent one is noticed, at each end of its TTL. */
export const LOOKS_IN_TTL = 10;
/** Times in a TTL that all shards are asked for where nothing has changed. */
const TURNS_IN_TTL = 3;

/** Whether the shards have to be looked at: at once when a node came or went, else from time to time. */
export function turnIsDue(last: Turn | null, now: Turn, ttlMs: number): boolean {
  if (!last || now.at - last.at >= ttlMs / TURNS_IN_TTL) return true;
  return last.live.length !== now.live.length || now.live.some((node) => !last.live.includes(node));
}
