import { useEffect, useRef, useState } from 'preact/hooks';
import type { CopyState, ModuleState } from '../../src/ask/state.ts';
import { t } from '../texts.ts';
import { Field } from './field.tsx';
import { drawingFor, isNarrow, type Drawing } from './fit.ts';
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
/** A drawing of more modules than this shows nothing. */
const MOST_MODULES = 40;
const MOST_ROUTES = 30;

/** The worst first. */
function routesOf(copies: readonly CopyState[]): Route[] {
  const grouped = Map.groupBy(copies, ({ owner, requester }) => `${owner}/${requester}`);
  const routes = [...grouped].flatMap(([key, own]) => {
    const [worst] = own.toSorted((a, b) => BADNESS.indexOf(b.state) - BADNESS.indexOf(a.state));
    if (!worst) return [];
    const { owner, requester } = worst;
    return [{ key, owner, requester, copies: own, worst, rate: own.reduce((sum, one) => sum + one.rate, 0) }];
  });
  return routes.toSorted((a, b) => BADNESS.indexOf(b.worst.state) - BADNESS.indexOf(a.worst.state));
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
  const own = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (own.current) watch.observe(own.current);
    return () => watch.disconnect();
  }, []);
  const all = routesOf(copies);
  const isPart = only !== null || modules.length > MOST_MODULES;
  const routes = shownRoutes(all, modules.length, only);
  const ends = [...new Set(routes.flatMap(({ owner, requester }) => [owner, requester]))];
  // What has no part in copies flows nowhere; and a phone has room for what is linked.
  const copying = modules
    .filter((one) => !one.reachable || !one.permitted || one.systems['replication'])
    .map(({ name }) => name);
  const isAlone = !isPart && !(isNarrow(width) && ends.length > 0);
  const names = [...new Set([...(isAlone ? copying : []), ...ends])];
  const drawing = width === 0 || names.length === 0 ? null : drawingFor(names, routes, width);
  const isField = width > 0 && (drawing === null || (isPart && only === null));
  const listed = only === null ? [...new Set([...copying, ...all.map(({ owner }) => owner)])] : names;
  return (
    <section ref={own} class="card flush map-frame" aria-label={t.overview.map}>
      {width === 0 && <div class="map" style={{ height: '320px' }} />}
      {drawing && <Drawn drawing={drawing} routes={routes} modules={modules} width={width} />}
      {(drawing !== null || only !== null) && width > 0 && (
        <p class="hint">{hintOf(names.length, only, isPart, isNarrow(width))}</p>
      )}
      {isField && <Field names={listed} modules={modules} routes={all} narrow={isNarrow(width)} />}
    </section>
  );
}

function hintOf(shown: number, only: string | null, isPart: boolean, down: boolean): string {
  if (only !== null) return t.overview.mapOne(only);
  if (isPart) return t.overview.mapPart(shown);
  return down ? t.overview.mapDown : t.overview.mapRight;
}

function Drawn({
  drawing: { layout, sizes },
  routes,
  modules,
  width,
}: {
  drawing: Drawing;
  routes: readonly Route[];
  modules: readonly ModuleState[];
  width: number;
}) {
  const [pointed, setPointed] = useState<string | null>(null);
  const { down } = sizes;
  const scale = Math.min(1, width / layout.width);
  // What is worst is named first.
  const tags = down
    ? []
    : withRoom(
        routes.map((route) => ({
          route,
          at: tagPlace(ported(route, routes, layout, sizes), siblings(route, routes)),
        })),
        layout.nodes,
        sizes,
      );
  const isLit = (route: Route): boolean =>
    pointed === null || pointed === route.key || pointed === route.owner || pointed === route.requester;
  return (
    <div
      class={`map ${pointed === null ? '' : 'pointed'}`}
      style={{ height: `${Math.max(layout.height * scale, 150)}px` }}
    >
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
          transform: scale < 1 ? `scale(${scale})` : '',
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
    </div>
  );
}
