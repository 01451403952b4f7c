import type { ModuleState } from '../../src/ask/state.ts';
import { rate } from '../format.ts';
import { A, copyPath } from '../router.tsx';
import { t } from '../texts.ts';
import { Shape, toneOf } from '../ui/state-mark.tsx';
import { curve, type Route } from './ways.ts';

/** A route's line, as wide as its rate, with dots while something flows. */
export function Way({
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

/** What a route carries, on its line. */
export function Tag({
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

/** A module's card. */
export function Node({
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
  const isHindered = module?.reachable === true && module.permitted && module.why !== null;
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
            : isHindered
              ? t.overview.hindered
              : down
                ? (flow[0] ?? '')
                : flow.join(' · ')}
      </span>
      {!down && module && !isAway && <span class="dim">{store}</span>}
    </A>
  );
}
