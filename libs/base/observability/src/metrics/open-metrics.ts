import { Registry } from 'prom-client';

/** What the text is announced as. */
export const OPEN_METRICS = Registry.OPENMETRICS_CONTENT_TYPE;

const TYPE = /^# TYPE (\S+) \S+$/;
// One without the suffix would have to be renamed, and whoever watches it would lose it: its type is said to be unknown.
const COUNTER = /^# TYPE (\S+) counter$/;
const HELP = /^# HELP (\S+) (.*)$/;
const SUFFIX = /_total$/;

// A separator within quotes is a part of the value.
const BETWEEN_COMMAS = /(?:"(?:\\.|[^"\\])*"?|[^",])+/g;
const BETWEEN_SEMICOLONS = /(?:"(?:\\.|[^"\\])*"?|[^";])+/g;
const QUOTED = /^"((?:\\.|[^"\\])*)"$/;
const WEIGHT = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;

/**
 * Prometheus' text as OpenMetrics 1.0. A registry of prom-client that is asked for that form drops `_total` from its counters'
 * names, in the other form as well and for good, so the text is rewritten instead. Pure.
 */
export function toOpenMetrics(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const names = new Set(lines.flatMap((line) => TYPE.exec(line)?.[1] ?? []));
  const counters = new Set(lines.flatMap((line) => COUNTER.exec(line)?.[1] ?? []));
  const isFamily = (name: string): boolean =>
    counters.has(name) && SUFFIX.test(name) && !hasNamesake(name, names);
  const rewritten = lines.map((line) =>
    line
      .replace(COUNTER, (_, name: string) =>
        isFamily(name) ? `# TYPE ${familyOf(name)} counter` : `# TYPE ${name} unknown`,
      )
      .replace(HELP, (_, name: string, help: string) => {
        const family = isFamily(name) ? familyOf(name) : name;
        return `# HELP ${family} ${help.replaceAll('"', '\\"')}`;
      }),
  );
  return [...rewritten, '# EOF', ''].join('\n');
}

/** A family of counters is named without the suffix that its samples have. */
const familyOf = (counter: string): string => counter.replace(SUFFIX, '');

/** Whether the family, or a sample that it may have, would have the name of another; readers refuse the whole text then. */
const hasNamesake = (counter: string, names: ReadonlySet<string>): boolean =>
  ['', '_created'].some((suffix) => names.has(`${familyOf(counter)}${suffix}`));

/** Whether a reader names OpenMetrics 1.0 and wants Prometheus' text no more than that. */
export function prefersOpenMetrics(accept: string | undefined): boolean {
  const ranges = (accept?.match(BETWEEN_COMMAS) ?? []).map(readRange);
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
  const [type = '', ...parameters] = (text.match(BETWEEN_SEMICOLONS) ?? []).map((part) =>
    part.trim().toLowerCase(),
  );
  const valueOf = (name: string): string | undefined => {
    const value = parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const quoted = QUOTED.exec(value ?? '')?.[1];
    return quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  };
  const weight = valueOf('q') ?? '1';
  return { type, version: valueOf('version'), weight: WEIGHT.test(weight) ? Number(weight) : 0 };
}
