import { Registry } from 'prom-client';

/** Content type of the text. */
export const OPEN_METRICS = Registry.OPENMETRICS_CONTENT_TYPE;

const TYPE = /^# TYPE (\S+) \S+$/;
// A counter without the suffix would have to be renamed, breaking existing dashboards, so its type is declared as unknown.
const COUNTER = /^# TYPE (\S+) counter$/;
const HELP = /^# HELP (\S+) (.*)$/;
const SUFFIX = /_total$/;

// A separator within quotes is part of the value.
const BETWEEN_COMMAS = /(?:"(?:\\.|[^"\\])*"?|[^",])+/g;
const BETWEEN_SEMICOLONS = /(?:"(?:\\.|[^"\\])*"?|[^";])+/g;
const QUOTED = /^"((?:\\.|[^"\\])*)"$/;
const WEIGHT = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/;

/**
 * Converts Prometheus' text format to OpenMetrics 1.0. Asking a prom-client registry for that format drops `_total` from its
 * counters' names permanently, in the other format too, so the text is rewritten instead. Pure.
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

/** A counter family is named without the suffix that its samples have. */
const familyOf = (counter: string): string => counter.replace(SUFFIX, '');

/** Whether the family, or one of its possible samples, would share another's name; readers then refuse the whole text. */
const hasNamesake = (counter: string, names: ReadonlySet<string>): boolean =>
  ['', '_created'].some((suffix) => names.has(`${familyOf(counter)}${suffix}`));

/** Whether a client accepts OpenMetrics 1.0 and does not prefer Prometheus' text format. */
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
