import { useEffect, useRef, useState } from 'preact/hooks';
import type { CopyState, ModuleState } from '../../src/ask/state.ts';
import { rate } from '../format.ts';
import { A, copyPath } from '../router.tsx';
import { t } from '../texts.ts';
import { Shape, toneOf } from '../ui/state-mark.tsx';
import { layOut, type Sizes } from './layout.ts';

interface Route {
  key: string;
  owner: string;
  requester: string;
  copies: CopyState[];
  rate: number;
  /** The copy that is furthest from live. */
  worst: CopyState;
}

const BADNESS = [
  'Streaming',
  'Snapshotting',
  'Starting',
  'Unknown',
  'Waiting',
  'GivenUp',
  'Faulted',
  'Refused',
];
/** A map of more modules than this shows nothing. */
const MOST_MODULES = 40;
const MOST_ROUTES = 30;

function routesOf(copies: readonly CopyState[]): Route[] {
  const grouped = Map.groupBy(copies, ({ owner, requester }) => `${owner}/${requester}`);
  return [...grouped].flatMap(([key, own]) => {
    const [worst] = own.toSorted((a, b) => BADNESS.indexOf(b.state) - BADNESS.indexOf(a.state));
    if (!worst) return [];
    const { owner, requester } = worst;
    return [{ key, owner, requester, copies: own, worst, rate: own.reduce((sum, one) => sum + one.rate, 0) }];
  });
}

function shownRoutes(all: readonly Route[], modules: number, only: string | null): Route[] {
  if (only !== null) return all.filter(({ owner, requester }) => owner === only || requester === only);
  if (modules <= MOST_MODULES) return [...all];
  return all.filter(({ worst }) => worst.state !== 'Streaming').slice(0, MOST_ROUTES);
}

export function ModuleMap({
  modules,
  copies,
  only,
}: {
  modules: readonly ModuleState[];
  copies: readonly CopyState[];
  only: string | null;
}) {
  const own = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<string | null>(null);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (own.current) watch.observe(own.current);
    return () => watch.disconnect();
  }, []);
  const routes = shownRoutes(routesOf(copies), modules.length, only);
  const ends = new Set(routes.flatMap(({ owner, requester }) => [owner, requester]));
  const isPart = only !== null || modules.length > MOST_MODULES;
  const names = isPart ? [...ends] : [...new Set([...modules.map(({ name }) => name), ...ends])];
  const down = width < 640;
  const sizes: Sizes = down
    ? { width, card: 84, cardHeight: 52, lane: 16, gap: 60, down }
    : { width, card: 182, cardHeight: 76, lane: 46, gap: 24, down };
  // On a phone, cards are side by side: what is their height there is their width.
  const layout = layOut(
    names,
    routes.map(({ owner: from, requester: to }) => ({ from, to })),
    {
      ...sizes,
      gap: down ? sizes.card - sizes.cardHeight + 10 : sizes.gap,
    },
  );
  const isLit = (route: Route): boolean =>
    pointed === null || pointed === route.key || pointed === route.owner || pointed === route.requester;
  return (
    <section class="card flush map-frame" aria-label={t.overview.map}>
      <div
        ref={own}
        class={`map ${pointed === null ? '' : 'pointed'}`}
        style={{ height: `${width === 0 ? 320 : Math.max(layout.height, 150)}px` }}
      >
        {width > 0 && (
          <>
            <svg
              viewBox={`0 0 ${layout.width} ${layout.height}`}
              preserveAspectRatio="xMidYMin meet"
              aria-hidden="true"
            >
              {routes.map((route) => (
                <Way
                  key={route.key}
                  route={route}
                  points={ported(route, routes, layout, sizes)}
                  down={down}
                  lit={isLit(route)}
                />
              ))}
            </svg>
            <div
              class="layer"
              style={{
                position: 'absolute',
                inset: '0',
                transform: down ? scaleOf(width, layout.width) : '',
                transformOrigin: '0 0',
              }}
            >
              {layout.nodes.map(({ name, x, y }) => (
                <Node
                  key={name}
                  name={name}
                  module={modules.find((one) => one.name === name)}
                  routes={routes}
                  down={down}
                  box={{
                    left: x - sizes.card / 2,
                    top: y - sizes.cardHeight / 2,
                    width: sizes.card,
                    height: sizes.cardHeight,
                  }}
                  lit={
                    pointed === null ||
                    pointed === name ||
                    routes.some((one) => isLit(one) && (one.owner === name || one.requester === name))
                  }
                  onPoint={setPointed}
                />
              ))}
              {!down &&
                routes.map((route) => (
                  <Tag
                    key={route.key}
                    route={route}
                    at={tagPlace(ported(route, routes, layout, sizes), siblings(route, routes))}
                    lit={isLit(route)}
                    onPoint={setPointed}
                  />
                ))}
            </div>
          </>
        )}
        <p class="hint">
          {isPart ? t.overview.mapPart(names.length) : down ? t.overview.mapDown : t.overview.mapRight}
        </p>
      </div>
    </section>
  );
}

function scaleOf(width: number, wanted: number): string {
  return wanted > width ? `scale(${width / wanted})` : '';
}

/** Where a line begins and ends: beside each other at a card, in the order of their other ends. */
function ported(route: Route, routes: readonly Route[], layout: ReturnType<typeof layOut>, sizes: Sizes) {
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
  // Through a lane a line runs straight as long as a card is wide.
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

function curve(points: readonly { x: number; y: number }[], down: boolean): string {
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

function siblings(route: Route, routes: readonly Route[]): number {
  const same = routes.filter(({ owner }) => owner === route.owner);
  return same.length < 2 ? 0 : (same.indexOf(route) / (same.length - 1) - 0.5) * 0.24;
}

/** In the middle of a line; of neighbours a little apart, so that they do not cover each other. */
function tagPlace(points: readonly { x: number; y: number }[], shift: number): { x: number; y: number } {
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

function Way({
  route,
  points,
  down,
  lit,
}: {
  route: Route;
  points: { x: number; y: number }[];
  down: boolean;
  lit: boolean;
}) {
  const { worst, rate: flow } = route;
  const line = curve(points, down);
  const width = Math.min(6, 1.6 + Math.log10(1 + flow) * 1.2);
  const isFlowing = worst.state === 'Streaming' || worst.state === 'Snapshotting';
  return (
    <g class={`route ${toneOf(worst.state)} ${isFlowing ? '' : 'still'} ${lit ? 'lit' : ''}`}>
      <path class="way" d={line} stroke-width={isFlowing ? width : 1.6} />
      {isFlowing && flow > 0 && <path class="dots" d={line} />}
    </g>
  );
}

function Tag({
  route,
  at,
  lit,
  onPoint,
}: {
  route: Route;
  at: { x: number; y: number };
  lit: boolean;
  onPoint: (key: string | null) => void;
}) {
  const { copies, worst, rate: flow, key, requester } = route;
  const [only] = copies;
  const name = copies.length === 1 && only ? only.collection : t.overview.copies(copies.length);
  const isLive = worst.state === 'Streaming';
  const tone = toneOf(worst.state);
  return (
    <A
      to={copies.length === 1 && only ? copyPath(only) : `/modules/${requester}`}
      class={`tag ${tone === 'warn' || tone === 'bad' ? tone : ''} ${lit ? 'lit' : ''}`}
      style={{ left: `${at.x}px`, top: `${at.y}px` }}
      onMouseEnter={() => onPoint(key)}
      onMouseLeave={() => onPoint(null)}
      onFocus={() => onPoint(key)}
      onBlur={() => onPoint(null)}
    >
      {!isLive && <Shape state={worst.state} />}
      <b>{name}</b>
      {isLive ? rate(flow) : t.state[worst.state]}
    </A>
  );
}

function Node({
  name,
  module,
  routes,
  down,
  box,
  lit,
  onPoint,
}: {
  name: string;
  module: ModuleState | undefined;
  routes: readonly Route[];
  down: boolean;
  box: Record<string, number>;
  lit: boolean;
  onPoint: (key: string | null) => void;
}) {
  const sumOf = (side: 'owner' | 'requester'): number | null => {
    const own = routes.filter((one) => one[side] === name);
    return own.length === 0 ? null : own.reduce((sum, one) => sum + one.rate, 0);
  };
  const [incoming, outgoing] = [sumOf('requester'), sumOf('owner')];
  const flow = [
    incoming === null ? null : t.overview.in(rate(incoming)),
    outgoing === null ? null : t.overview.out(rate(outgoing)),
  ].filter((part) => part !== null);
  const trouble = routes.find(({ requester, worst }) => requester === name && toneOf(worst.state) === 'bad');
  const isAway = module !== undefined && !module.reachable;
  const store = [module?.engine, module?.database].filter(Boolean).join(' · ');
  return (
    <A
      to={`/modules/${name}`}
      class={`node ${module && !isAway ? '' : 'absent'} ${down ? 'small' : ''} ${lit ? 'lit' : ''}`}
      style={Object.fromEntries(Object.entries(box).map(([side, value]) => [side, `${value}px`]))}
      onMouseEnter={() => onPoint(name)}
      onMouseLeave={() => onPoint(null)}
      onFocus={() => onPoint(name)}
      onBlur={() => onPoint(null)}
    >
      <b>
        {trouble && <Shape state={trouble.worst.state} />}
        {name}
      </b>
      <span>
        {!module
          ? t.overview.notRegistered
          : isAway
            ? t.overview.away
            : down
              ? (flow[0] ?? '')
              : flow.join(' · ')}
      </span>
      {!down && module && !isAway && <span class="dim">{store}</span>}
    </A>
  );
}
