const number = new Intl.NumberFormat('en');
const plural = new Intl.PluralRules('en');
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const full = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

export function count(value: number | null): string {
  return value === null ? '–' : number.format(value);
}

/** `1 try`, `6 tries` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number.format(value)} ${plural.select(value) === 'one' ? one : many}`;
}

/** Picks the verb for counts such as `0 of 1`, `1 of 5` and `2 of 5`. */
export function verb(some: number, all: number, one: string, many: string): string {
  return some === 1 || all === 1 ? one : many;
}

export function rate(value: number): string {
  if (value === 0) return '0/s';
  return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : number.format(Math.round(value))}/s`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function timeOfDay(at: string | number): string {
  return clock.format(new Date(at));
}

export function moment(at: string | number): string {
  return full.format(new Date(at));
}

export function bytes(value: number): string {
  if (value < 1_000) return counted(value, 'byte');
  if (value < 1_000_000) return `${(value / 1_000).toFixed(1)} KB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}
