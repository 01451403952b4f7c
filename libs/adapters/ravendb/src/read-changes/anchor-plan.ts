import type { Etag } from '@nestjs-spark/contracts';
import type { Anchor, AnchorName } from './anchor-state.ts';

/**
 * Which anchor to move forward, if any. The older one may move once everything up to the newer one is confirmed: the newer one
 * then keeps everything unconfirmed, even if moving the other fails.
 */
export function anchorToRoll(anchors: readonly Anchor[], confirmed: Etag): AnchorName | null {
  const [older, newer] = anchors;
  if (!older || !newer || confirmed < newer.etag) return null;
  const hasWork = newer.etag > older.etag || older.left === null || older.left > 0;
  return hasWork ? older.name : null;
}

/** Whether every delete after `bound` is still there, according to the anchors. */
export function coversDeletesAfter(bound: Etag, anchors: readonly Anchor[]): boolean {
  return anchors.some((anchor) => anchor.etag <= bound);
}
