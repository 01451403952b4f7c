import { duration, rate, timeOfDay } from '../format.ts';

interface Point {
  at: number;
  value: number | null;
}

const W = 620;
const H = 190;
const LEFT = 52;
const BOTTOM = 22;
const TOP = 10;

/** Values over time. A gap stays a gap: what is not known is not zero. */
export function Plot({
  points,
  label,
  unit,
}: {
  points: readonly Point[];
  label: string;
  unit: 'rate' | 'ms';
}) {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return <div class="plot" />;
  const top = niceTop(Math.max(unit === 'rate' ? 4 : 20, ...points.map(({ value }) => value ?? 0)));
  const x = (at: number): number =>
    LEFT + ((at - first.at) / Math.max(1, last.at - first.at)) * (W - LEFT - 8);
  const y = (value: number): number => H - BOTTOM - (value / top) * (H - BOTTOM - TOP);
  const words = (value: number): string =>
    unit === 'rate' ? rate(value) : value === 0 ? '0' : duration(value);
  const runs = runsOf(points);
  const line = (run: readonly { at: number; value: number }[]): string =>
    run
      .map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at).toFixed(1)},${y(value).toFixed(1)}`)
      .join('');
  const times = [0.1, 0.37, 0.64, 0.91].map((part) => first.at + (last.at - first.at) * part);
  return (
    <svg
      class={`plot ${unit === 'ms' ? 'late' : ''}`}
      viewBox={`0 0 ${W} ${H}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {[0, 0.5, 1].map((part) => (
        <g key={part}>
          <line class="grid" x1={LEFT} x2={W - 8} y1={y(top * part)} y2={y(top * part)} />
          <text x={LEFT - 6} y={y(top * part) + 4} text-anchor="end">
            {words(top * part)}
          </text>
        </g>
      ))}
      {times.map((at, index) => (
        <text key={index} x={x(at)} y={H - 4} text-anchor="middle">
          {timeOfDay(at)}
        </text>
      ))}
      {runs.map((run, index) => (
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
