import { createHash } from 'node:crypto';

/** The intended owner of a shard, the same on every node. A node that joins or leaves only moves its own share. */
export function rendezvous(shard: number, nodes: readonly string[]): string | null {
  let [best, most] = [null as string | null, ''];
  for (const node of nodes) {
    const hash = createHash('sha256').update(`${shard} ${node}`).digest('hex');
    if (hash > most) [best, most] = [node, hash];
  }
  return best;
}
