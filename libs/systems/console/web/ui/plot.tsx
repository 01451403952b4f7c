import { useEffect, useRef, useState } from 'preact/hooks';
import { duration, rate, timeOfDay } from '../format.ts';

interface Point {
  at: number;
  value: number | null;
}

const HEIGHTS = { rate: 210, ms: 104 };
const LEFT = 52;
const BOTTOM = 22;
const TOP = 10;

interface PlotGiven {
  points: readonly Point[];
  label: string;
  unit: 'rate' | 'ms';
}

/** Values over time, as wide as its place. */
export function Plot(given: PlotGiven) {
  const own = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    if (own.current) watch.observe(own.current);
    return () => watch.disconnect();
  }, []);
  return (
    <div ref={own} class="plot" style={{ height: `${HEIGHTS[given.unit]}px` }}>
      {width > 0 && given.points.length > 1 && (
        <Drawn {...given} width={width} height={HEIGHTS[given.unit]} />
      )}
    </div>
  );
}

/** A gap stays a gap: what is not known is not zero. */
function Drawn({ points, label, unit, width, height }: PlotGiven & { width: number; height: number }) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const top = niceTop(Math.max(unit === 'rate' ? 4 : 20, ...points.map(({ value }) => value ?? 0)));
  const x = (at: number): number =>
    LEFT + ((at - first.at) / Math.max(1, last.at - first.at)) * (width - LEFT - 8);
  const y = (value: number): number => height - BOTTOM - (value / top) * (height - BOTTOM - TOP);
  const words = (value: number): string =>
    unit === 'rate' ? rate(value) : value === 0 ? '0' : duration(value);
  const line = (run: readonly { at: number; value: number }[]): string =>
    run
      .map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)},${y(value).toFixed(1)}`)
      .join('');
  const parts = width < 420 ? [0.2, 0.8] : [0.1, 0.37, 0.64, 0.91];
  return (
    <svg
      class={unit === 'ms' ? 'late' : ''}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      {[0, 0.5, 1].map((part) => (
        <g key={part}>
          <line class="grid" x1={LEFT} x2={width - 8} y1={y(top * part)} y2={y(top * part)} />
          <text x={LEFT - 6} y={y(top * part) + 4} text-anchor="end">
            {words(top * part)}
          </text>
        </g>
      ))}
      {parts.map((part) => (
        <text key={part} x={LEFT + part * (width - LEFT - 8)} y={height - 4} text-anchor="middle">
          {timeOfDay(first.at + (last.at - first.at) * part)}
        </text>
      ))}
      {runsOf(points).map((run, index) => (
        <g key={index}>
          <path
            class="area"
            d={`${line(run)}L${x(run.at(-1)?.at ?? 0)},${y(0)}L${x(run[0]?.at ?? 0)},${y(0)}Z`}
          />
          <path class="line" d={line(run)} />
        </g>
      ))}
    </svg>
  );
}

function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((one) => one >= most) ?? most;
}

function runsOf(points: readonly Point[]): { at: number; value: number }[][] {
  const runs: { at: number; value: number }[][] = [[]];
  for (const { at, value } of points) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ at, value });
  }
  return runs.filter((run) => run.length > 1);
}
