/** What Nest logs for every class and route, and what only helps to debug Spark itself. */
const NOISE =
  /\[(?:InstanceLoader|NestFactory|RouterExplorer|RoutesResolver)\]|^\[Nest\].* (?:DEBUG|VERBOSE) /;
const FAILS = /^\[Nest\].* (?:ERROR|FATAL) |^\S+ cannot start\./;
const BEGINS = /^\[Nest\]|^\S+ cannot start\./;

/**
 * The parts of a log to show after a failure: what went wrong, then what came last. Pure.
 * @param most maximum number of lines, for each of the two
 */
export function excerpt(log: string, most = 10): string {
  const entries = entriesOf(log).filter((entry) => !NOISE.test(entry));
  const wrong = entries.filter((entry) => FAILS.test(entry));
  const others = entries.filter((entry) => !FAILS.test(entry));
  const shown = [...last(wrong, most), ...last(others, most)];
  return shown.length === 0 ? '(nothing that helps)' : shown.join('\n');
}

/** A line that does not begin an entry, such as one of a stack, belongs to the entry before it. */
function entriesOf(log: string): string[] {
  const entries: string[] = [];
  for (const line of log.split('\n')) {
    const before = entries.at(-1);
    if (before === undefined || BEGINS.test(line)) entries.push(line);
    else entries[entries.length - 1] = `${before}\n${line}`;
  }
  return entries.filter((entry) => entry.trim() !== '');
}

/** The last entries that fit into so many lines; always at least the last one. */
function last(entries: readonly string[], most: number): string[] {
  let lines = 0;
  const from = entries.findLastIndex((entry, at) => {
    lines += entry.split('\n').length;
    return lines > most && at < entries.length - 1;
  });
  return entries.slice(from + 1);
}
