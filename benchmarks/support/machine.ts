import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Names the machine that the figures belong to. */
export function describeMachine(): string {
  const [first] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model.trim() ?? 'unknown'}, ${gib} GiB, ${platform()} ${release()}, Node ${process.versions.node}`;
}

/** The load averages of the last one, five and fifteen minutes. */
export function describeLoad(): string {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(', ');
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
