import { layOut, type Layout, type Sizes } from './layout.ts';
import type { Route } from './ways.ts';

/** Below this width the map goes from the top to the bottom. */
const NARROW = 640;
/** A map that is higher is scrolled, and no longer seen. */
const HIGHEST = 1_000;
/** What a bend needs between two columns of cards. */
const BETWEEN = 64;
/** How far a phone may shrink a map. */
const LEAST_SCALE = 0.85;

export interface Drawing {
  layout: Layout;
  sizes: Sizes;
}

export function isNarrow(width: number): boolean {
  return width < NARROW;
}

/** Cards as large as can be read beside each other at this width; null where no size can: then a list says more. Pure. */
export function drawingFor(
  names: readonly string[],
  routes: readonly Route[],
  width: number,
): Drawing | null {
  const links = routes.map(({ owner: from, requester: to }) => ({ from, to }));
  for (const sizes of sizesAt(width)) {
    // On a phone, cards are side by side: what is their height there is their width.
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
