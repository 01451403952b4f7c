import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds that a process has used since it started; 0 where /proc does not tell. */
export function cpuSeconds(pid: number | undefined): number {
  if (!pid) return 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [utime = 0, stime = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (utime + stime) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Of all processes together. */
export function sumOf(cpu: Readonly<Record<string, number>>): number {
  return Object.values(cpu).reduce((sum, one) => sum + one, 0);
}

/** Measures the CPU time that named processes use from now until `stop()`, in seconds. */
export function measureCpu<Name extends string>(pids: Record<Name, number | undefined>) {
  const names = Object.keys(pids) as Name[];
  const read = () => names.map((name) => cpuSeconds(pids[name]));
  const before = read();
  return {
    stop(): Record<Name, number> {
      const used = read().map((seconds, i) => seconds - (before[i] ?? 0));
      return Object.fromEntries(names.map((name, i) => [name, used[i] ?? 0])) as Record<Name, number>;
    },
  };
}
