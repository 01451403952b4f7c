import { Cable } from '../../tools/peers/cable.ts';
import { startReplicas, untilEqual, writeNotes } from './nodes.ts';

/**
 * Cuts one of three nodes off, writes on both sides meanwhile, and heals.
 * @returns how many milliseconds later all are equal, and how many writes were refused
 */
export async function measureCut(
  folder: string,
  natsUrl: string,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<{ equalAfterMs: number; refused: number }> {
  const cable = await Cable.to(natsUrl);
  const nodes = await startReplicas(folder, { a: natsUrl, b: natsUrl, c: cable.url });
  try {
    cable.pull();
    const sides = [nodes.slice(0, 2), nodes.slice(2)];
    const refused = await Promise.all(sides.map((side) => writeNotes(side, perSecond, seconds)));
    cable.putBack();
    return { equalAfterMs: await untilEqual(nodes, folder), refused: refused.reduce((sum, n) => sum + n, 0) };
  } finally {
    await Promise.all(nodes.map(({ process }) => process.stop()));
    cable.close();
  }
}
