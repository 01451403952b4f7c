import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServers } from '@nestjs-spark/servers';
import { readArguments } from '../../tools/arguments.ts';
import { describeLoad, describeMachine } from '../support/machine.ts';
import { saveResult } from '../support/results.ts';
import { measureCut } from './cut.ts';
import { measureJoin } from './join.ts';
import type { Sync } from '../peers/plain-inserts.ts';
import { measureLocalWrites } from './local-write.ts';
import { measureSpread } from './spread.ts';

const { values } = readArguments({
  help: `npm run bench -- peers: replicas of one service.
  --writes N      single writes to a file, plain and replicated (2000)
  --nodes N       that are written to at once (12)
  --rate N        writes a second to all of them (500)
  --seconds N     for which they are written to (20)
  --partition N   seconds for which one of three nodes is cut off, with 100 writes a second on both sides (300)
  --rows N        that a new node has to load (1000000)
  --save          writes the table into benchmarks/results
0 leaves a part out.`,
  options: {
    writes: { type: 'string', default: '2000' },
    nodes: { type: 'string', default: '12' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    partition: { type: 'string', default: '300' },
    rows: { type: 'string', default: '1000000' },
    save: { type: 'boolean', default: false },
  },
});
const [writes, count, rate, seconds, partition, rows] = [
  values.writes,
  values.nodes,
  values.rate,
  values.seconds,
  values.partition,
  values.rows,
].map(Number) as [number, number, number, number, number, number];

const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`;
const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'spark-bench-peers-'));
  folders.push(made);
  return made;
};

const lines: string[] = [];
const say = (measured: string, figure: string, bar: string): void => {
  console.error(`${measured}: ${figure} (bar: ${bar})`);
  lines.push(`| ${measured} | ${figure} | ${bar} |`);
};

async function localWrites(sync: Sync, bars: readonly [string, string]): Promise<void> {
  const { insert, alone, replicated } = await measureLocalWrites(folder(), writes, sync);
  const beside = (of: 'p50' | 'p99'): string =>
    `${ms(replicated[of])}; without replicas ${ms(alone[of])}, a plain insert ${ms(insert[of])}`;
  const [p50, p99] = bars;
  say(`local write with its event, sync ${sync}, p50`, beside('p50'), p50);
  say('the same, p99', beside('p99'), p99);
}

const log = (line: string): void => console.error(line);
const servers = await startServers({ temporary: true, ravendb: false, log });
const { nats } = servers;
try {
  if (!nats) throw new Error(servers.missing.map(({ brief }) => brief).join('\n'));
  if (writes > 0) {
    await localWrites('FULL', ['at most 1.25 times', 'at most 10 ms more']);
    await localWrites('NORMAL', ['reported', 'reported']);
  }
  if (count > 0) {
    const spread = await measureSpread(folder(), nats.url, { nodes: count, perSecond: rate, seconds });
    const what = `${count} nodes, ${rate} writes/s in all for ${seconds} s`;
    say(`${what}: lag p99`, `at most ${ms(spread.lagMs)}`, 'at most 250 ms');
    say('equal after the last write', ms(spread.equalAfterMs), 'within 1 s');
    say('writes that were refused', String(spread.refused), '0');
    say('processor time of a node for each write', `${Math.round(spread.cpuMicroseconds)} µs`, '–');
  }
  if (partition > 0) {
    const cut = await measureCut(folder(), nats.url, { perSecond: 100, seconds: partition });
    const what = `three nodes, one cut off for ${partition} s, 100 writes/s on both sides: equal after healing`;
    say(what, ms(cut.equalAfterMs), 'within 10 s');
    say('writes that were refused', String(cut.refused), '0');
  }
  if (rows > 0) {
    const { takenAfterMs, readyAfterMs, old, fresh } = await measureJoin(folder(), nats.url, rows);
    say(`a snapshot of ${rows.toLocaleString('en')} rows is taken`, ms(takenAfterMs), '–');
    say(`a new node is ready with ${rows.toLocaleString('en')} rows`, ms(readyAfterMs), 'within 60 s');
    say(
      'memory of the node that has them, and of the new one',
      `${old.memoryMiB} and ${fresh.memoryMiB} MiB`,
      'at most 200 MB',
    );
    say(
      'an answer that waits for the main loop meanwhile, p99',
      `${ms(old.probeMs)} and ${ms(fresh.probeMs)}`,
      'at most 50 ms',
    );
  }
  const text = [
    '# Replicas of one service',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, load ${describeLoad()} at the end; NATS and all nodes on this machine, each node a process of its own. Writes to three nodes arrive over HTTP; those to twelve and to a single file go through repositories.`,
    '',
    '| measured | figure | bar |',
    '| --- | --- | --- |',
    ...lines,
  ].join('\n');
  console.log(text);
  if (values.save) saveResult('peers.md', text);
} finally {
  await servers.stop();
  for (const made of folders) rmSync(made, { recursive: true, force: true });
}
