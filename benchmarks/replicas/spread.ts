import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../tools/apps/app.ts';
import { measureCpu } from '../support/cpu.ts';
import { median } from '../support/machine.ts';
import { until } from '../support/until.ts';
import { LOOK_EVERY_MS, startReplicas, untilEqual } from './nodes.ts';

export interface Spread {
  refused: number;
  /** The smallest histogram bucket bound below which 99 of 100 messages were applied, in milliseconds. */
  lagMs: number;
  /** From the last write until all nodes had everything. */
  equalAfterMs: number;
  /** The processor time of one node for each write of any node, in microseconds. */
  cpuMicroseconds: number;
}

/** Writes on many nodes at once through their own repositories, and measures how soon the others have the writes. */
export async function measureSpread(
  folder: string,
  natsUrl: string,
  { nodes: count, perSecond, seconds }: { nodes: number; perSecond: number; seconds: number },
): Promise<Spread> {
  const names = Array.from({ length: count }, (_, n) => `n${n}`);
  const done = (name: string): string => join(folder, `${name}.done`);
  const each = { BENCH_PER_SECOND: String(perSecond / count), BENCH_SECONDS: String(seconds) };
  const nodes = await startReplicas(folder, Object.fromEntries(names.map((name) => [name, natsUrl])), {
    main: join(import.meta.dirname, 'writing-node.ts'),
    env: Object.fromEntries(names.map((name) => [name, { ...each, BENCH_DONE: done(name) }])),
  });
  try {
    const before = await lags(nodes);
    const cpu = measureCpu(Object.fromEntries(nodes.map(({ name, process }) => [name, process.pid])));
    for (const { process } of nodes) process.signal('SIGWINCH');
    await until(async () => names.every((name) => existsSync(done(name))), LOOK_EVERY_MS);
    const equalAfterMs = await untilEqual(nodes, folder);
    const refused = names.reduce((sum, name) => sum + Number(readFileSync(done(name), 'utf8')), 0);
    const cpuMicroseconds = (median(Object.values(cpu.stop())) * 1e6) / (perSecond * seconds);
    const after = await lags(nodes);
    const within = [...after].map(([bound, n]) => [bound, n - (before.get(bound) ?? 0)] as const);
    const all = Math.max(...within.map(([, n]) => n));
    const [bound] = within.find(([, n]) => n >= 0.99 * all) ?? [Infinity];
    return { refused, lagMs: bound * 1_000, equalAfterMs, cpuMicroseconds };
  } finally {
    await Promise.all(nodes.map(({ process }) => process.stop()));
  }
}

/** How many messages all nodes together have applied within each bound, in seconds. */
async function lags(nodes: readonly App[]): Promise<Map<number, number>> {
  const sums = new Map<number, number>();
  for (const { url } of nodes) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const [, le = '', n] of text.matchAll(
      /^spark_peers_lag_seconds_bucket\{.*?le="([^"]+)".*?\} (\d+)/gm,
    )) {
      const bound = le === '+Inf' ? Infinity : Number(le);
      sums.set(bound, (sums.get(bound) ?? 0) + Number(n));
    }
  }
  return new Map([...sums].toSorted(([a], [b]) => a - b));
}
