import type { CopyState } from '../../src/ask/state.ts';
import type { layOut, Sizes } from './layout.ts';

/** Everything from one owner to one requester. */
export interface Route {
  key: string;
  owner: string;
  requester: string;
  copies: CopyState[];
  rate: number;
  /** The copy that is furthest from live. */
  worst: CopyState;
}

/** Where a line begins and ends: lines at the same card are offset, in the order of their other ends. */
export function ported(
  route: Route,
  routes: readonly Route[],
  layout: ReturnType<typeof layOut>,
  sizes: Sizes,
) {
  const points = layout.ways.get(route.key) ?? [];
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return points;
  const across = sizes.down ? 'x' : 'y';
  const shift = (side: 'owner' | 'requester'): number => {
    const same = routes.filter((one) => one[side] === route[side]);
    const near = (one: Route): number => {
      const way = layout.ways.get(one.key) ?? [];
      return (side === 'owner' ? way[1] : way.at(-2))?.[across] ?? 0;
    };
    const order = same.toSorted((a, b) => near(a) - near(b));
    const space = (sizes.down ? sizes.card : sizes.cardHeight) - 24;
    const step = Math.min(16, space / Math.max(1, order.length));
    return (order.indexOf(route) - (order.length - 1) / 2) * step;
  };
  const half = sizes.down ? sizes.cardHeight / 2 : sizes.card / 2;
  const back = last[sizes.down ? 'y' : 'x'] <= first[sizes.down ? 'y' : 'x'] ? -1 : 1;
  const start = sizes.down
    ? { x: first.x + shift('owner'), y: first.y + half * back }
    : { x: first.x + half * back, y: first.y + shift('owner') };
  const end = sizes.down
    ? { x: last.x + shift('requester'), y: last.y - half * back }
    : { x: last.x - half * back, y: last.y + shift('requester') };
  // In a lane, a line runs straight for the width of a card.
  const lanes = points.slice(1, -1).flatMap(({ x, y }) =>
    sizes.down
      ? [
          { x, y: y - half },
          { x, y: y + half },
        ]
      : [
          { x: x - half * 0.7, y },
          { x: x + half * 0.7, y },
        ],
  );
  return [start, ...lanes, end];
}

export function curve(points: readonly { x: number; y: number }[], down: boolean): string {
  return points
    .map(({ x, y }, at) => {
      const before = points[at - 1];
      if (!before) return `M${x},${y}`;
      if (down) {
        const half = (before.y + y) / 2;
        return `C${before.x},${half} ${x},${half} ${x},${y}`;
      }
      const half = (before.x + x) / 2;
      return `C${half},${before.y} ${half},${y} ${x},${y}`;
    })
    .join('');
}

export function siblings(route: Route, routes: readonly Route[]): number {
  const same = routes.filter(({ owner }) => owner === route.owner);
  return same.length < 2 ? 0 : (same.indexOf(route) / (same.length - 1) - 0.5) * 0.24;
}

/** The middle of a line; tags of neighbouring lines are shifted so that they do not overlap. */
export function tagPlace(
  points: readonly { x: number; y: number }[],
  shift: number,
): { x: number; y: number } {
  const middle = Math.floor((points.length - 1) / 2);
  const [one, other] = [points[middle], points[middle + 1]];
  if (!one || !other) return one ?? { x: 0, y: 0 };
  const u = 0.5 + (points.length > 2 ? 0 : shift);
  const ease = 3 * u * u * (1 - u) * 1 + u * u * u;
  return {
    x: one.x + (other.x - one.x) * (0.5 * 3 * u * (1 - u) + u * u * u),
    y: one.y + (other.y - one.y) * ease,
  };
}

const TAG = { width: 130, height: 26 };
/** How far a tag may overlap a card: its margin without text. */
const OVER = 12;

type Point = { x: number; y: number };

/** The tags that fit. One that would overlap another tag or a card is left out, and is listed below the map. */
export function withRoom<T extends { at: Point }>(
  tags: readonly T[],
  cards: readonly Point[],
  { card, cardHeight }: Pick<Sizes, 'card' | 'cardHeight'>,
): T[] {
  const besideCards = tags.filter(({ at }) =>
    cards.every((one) =>
      areApart(one, at, { width: (card + TAG.width) / 2 - OVER, height: (cardHeight + TAG.height) / 2 }),
    ),
  );
  const kept: T[] = [];
  for (const tag of besideCards) if (kept.every(({ at }) => areApart(at, tag.at, TAG))) kept.push(tag);
  return kept;
}

function areApart(one: Point, other: Point, by: { width: number; height: number }): boolean {
  return Math.abs(one.x - other.x) > by.width || Math.abs(one.y - other.y) > by.height;
}
