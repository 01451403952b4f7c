import { Registry } from 'prom-client';

/** What the text is announced as. */
export const OPEN_METRICS = Registry.OPENMETRICS_CONTENT_TYPE;

const TYPE = /^# TYPE (\S+) counter$/;
const HELP = /^# HELP (\S+) (.*)$/;
const SUFFIX = /_total$/;

/**
 * Prometheus' text as OpenMetrics 1.0. A registry of prom-client that is asked for that form drops `_total` from its counters'
 * names, in the other form as well and for good, so the text is rewritten instead. Pure.
 */
export function toOpenMetrics(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const counters = new Set(lines.flatMap((line) => TYPE.exec(line)?.[1] ?? []));
  const rewritten = lines.map((line) =>
    line
      // One without the suffix would have to be renamed, and whoever watches it would lose it.
      .replace(TYPE, (_, name: string) =>
        SUFFIX.test(name) ? `# TYPE ${familyOf(name)} counter` : `# TYPE ${name} unknown`,
      )
      .replace(HELP, (_, name: string, help: string) => {
        const family = counters.has(name) ? familyOf(name) : name;
        return `# HELP ${family} ${help.replaceAll('"', '\\"')}`;
      }),
  );
  return [...rewritten, '# EOF', ''].join('\n');
}

/** A family of counters is named without the suffix that its samples have. */
const familyOf = (counter: string): string => counter.replace(SUFFIX, '');

/** Whether a reader names OpenMetrics 1.0 and wants Prometheus' text no more than that. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map(readRange);
  const weigh = (isMeant: (range: Range) => boolean): number =>
    Math.max(0, ...ranges.filter(isMeant).map(({ weight }) => weight));
  const open = weigh(({ type, version }) => type === 'application/openmetrics-text' && is(version, '1.0.0'));
  return open > 0 && open >= weigh(({ type, version }) => type === 'text/plain' && is(version, '0.0.4'));
}

const is = (version: string | undefined, ours: string): boolean => version === undefined || version === ours;

interface Range {
  type: string;
  version: string | undefined;
  weight: number;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const valueOf = (name: string): string | undefined =>
    parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const weight = Number(valueOf('q') ?? 1);
  return { type, version: valueOf('version'), weight: Number.isFinite(weight) ? weight : 0 };
}
