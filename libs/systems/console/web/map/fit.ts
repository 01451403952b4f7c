import { layOut, type Layout, type Sizes } from './layout.ts';
import type { Route } from './ways.ts';

/** Below this width the map is drawn from top to bottom. */
const NARROW = 640;
/** A higher map would have to be scrolled, and no longer gives an overview. */
const HIGHEST = 1_000;
/** The space that a bend needs between two columns of cards. */
const BETWEEN = 64;
/** The smallest scale of a map on a phone. */
const LEAST_SCALE = 0.85;

export interface Drawing {
  layout: Layout;
  sizes: Sizes;
}

export function isNarrow(width: number): boolean {
  return width < NARROW;
}

/** The largest cards that are readable side by side at this width; null if no size is, and a list serves better. Pure. */
export function drawingFor(
  names: readonly string[],
  routes: readonly Route[],
  width: number,
): Drawing | null {
  const links = routes.map(({ owner: from, requester: to }) => ({ from, to }));
  for (const sizes of sizesAt(width)) {
    // On a phone, the cards of a layer are side by side: the gap makes up for a card's width, which exceeds its height.
    const gap = sizes.down ? sizes.card - sizes.cardHeight + 10 : sizes.gap;
    const layout = layOut(names, links, { ...sizes, gap });
    if (isReadable(layout, sizes)) return { layout, sizes };
  }
  return null;
}

function sizesAt(width: number): Sizes[] {
  if (isNarrow(width)) return [{ width, card: 84, cardHeight: 52, lane: 16, gap: 60, down: true }];
  const wide = { width, card: 182, cardHeight: 76, lane: 46, gap: 24, down: false };
  return [wide, { ...wide, card: 132, lane: 34, gap: 16 }];
}

function isReadable({ width, height, nodes }: Layout, sizes: Sizes): boolean {
  if (height > HIGHEST) return false;
  if (sizes.down) return sizes.width / width >= LEAST_SCALE;
  const columns = [...new Set(nodes.map(({ x }) => x))].toSorted((a, b) => a - b);
  return columns.every((x, at) => at === 0 || x - (columns[at - 1] ?? 0) - sizes.card >= BETWEEN);
}
