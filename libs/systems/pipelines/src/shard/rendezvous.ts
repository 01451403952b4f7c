import { createHash } from 'node:crypto';

/**
 * Who should own a shard: the node with the largest hash together with it. A node that comes or goes moves its own share and no more, and
 * every node finds the same without asking.
 */
export function rendezvous(shard: number, nodes: readonly string[]): string | null {
  let [best, most] = [null as string | null, ''];
  for (const node of nodes) {
    const hash = createHash('sha256').update(`${shard} ${node}`).digest('hex');
    if (hash > most) [best, most] = [node, hash];
  }
  return best;
}
