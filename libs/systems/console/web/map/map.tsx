import { useEffect, useRef, useState } from 'preact/hooks';
import type { CopyState, ModuleState } from '../../src/ask/state.ts';
import { t } from '../texts.ts';
import { layOut, type Sizes } from './layout.ts';
import { Node, Tag, Way } from './parts.tsx';
import { ported, siblings, tagPlace, withRoom, type Route } from './ways.ts';

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
  const down = width < 640;
  // What has no part in copies flows nowhere; and a phone has room for what is linked.
  const copying = modules.filter((one) => !one.reachable || !one.permitted || one.systems['replication']);
  const alone = isPart || (down && ends.size > 0) ? [] : copying.map(({ name }) => name);
  const names = [...new Set([...alone, ...ends])];
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
  // What is worst is named first.
  const tags = down
    ? []
    : withRoom(
        routes
          .toSorted((a, b) => BADNESS.indexOf(b.worst.state) - BADNESS.indexOf(a.worst.state))
          .map((route) => ({
            route,
            at: tagPlace(ported(route, routes, layout, sizes), siblings(route, routes)),
          })),
        layout.nodes,
        sizes,
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
              {tags.map(({ route, at }) => (
                <Tag key={route.key} route={route} at={at} lit={isLit(route)} onPoint={setPointed} />
              ))}
            </div>
          </>
        )}
        <p class="hint">
          {only !== null
            ? t.overview.mapOne(only)
            : isPart
              ? t.overview.mapPart(names.length)
              : down
                ? t.overview.mapDown
                : t.overview.mapRight}
        </p>
      </div>
    </section>
  );
}

function scaleOf(width: number, wanted: number): string {
  return wanted > width ? `scale(${width / wanted})` : '';
}
