import { join } from 'node:path';
import { startRavenDb } from '@nestjs-spark/servers';
import { readArguments } from '../tools/arguments.ts';
import { ownerRun, type OwnerRun } from './peers/requesters.ts';
import { describeMachine, median } from './support/machine.ts';
import { BenchDatabase } from './support/raven.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- requesters: one owner with many requesters.
  --documents N   (100000)
  --requesters N  (10)
  --rounds N      (3)
  --save          writes the table into benchmarks/results`,
  options: {
    documents: { type: 'string', default: '100000' },
    requesters: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
  },
});
const documents = Number(values.documents);
const requesters = Number(values.requesters);
const rounds = Number(values.rounds);

/** It computes: a script that only picks fields is not run at all, which would flatter the case with different scripts. */
const script = (at: number): string =>
  `loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model, Age: 2030 - this.Year, Reader: ${at} });`;

const WAYS = {
  'one requester': [script(0)],
  [`${requesters} requesters, the same script`]: Array.from({ length: requesters }, () => script(0)),
  [`${requesters} requesters, different scripts`]: Array.from({ length: requesters }, (_, at) => script(at)),
};

const log = (line: string): void => console.error(line);
const ravendb = await startRavenDb({ temporary: true, log });
const source = new BenchDatabase(ravendb.url, 'BenchOwner');
const modules = new BenchDatabase(ravendb.url, 'BenchModules');
const folder = join(import.meta.dirname, '..', '.spark', 'data', 'bench-requesters');
const runs = new Map<string, OwnerRun[]>();
try {
  await source.recreate();
  await source.fill(documents);
  for (let round = 0; round < rounds; round++) {
    for (const [way, scripts] of Object.entries(WAYS)) {
      await modules.recreate();
      const parts = { ravendb: ravendb.url, source, modules: modules.name, documents, scripts, folder };
      const run = await ownerRun(parts);
      runs.set(way, [...(runs.get(way) ?? []), run]);
      log(`round ${round + 1}, ${way}: ${run.cpuMsPerThousand.toFixed(1)} ms, ${run.seconds.toFixed(1)} s`);
    }
  }
  const text = table();
  console.log(text);
  if (values.save) saveResult('requesters.md', text);
} finally {
  await ravendb.stop();
}

function table(): string {
  const figure = (way: string, of: keyof OwnerRun): number =>
    median((runs.get(way) ?? []).map((run) => run[of]));
  const [one = ''] = runs.keys();
  const alone = figure(one, 'cpuMsPerThousand');
  const rows = [...runs.keys()].map((way) => {
    const cpu = figure(way, 'cpuMsPerThousand');
    return `| ${way} | ${cpu.toFixed(1)} | ${(cpu / alone).toFixed(2)} | ${figure(way, 'ownerMiB').toFixed(0)} |`;
  });
  return [
    `# One owner with ${requesters} requesters`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; first copies of ${documents.toLocaleString('en')} documents each, the owner on RavenDB, each requester on SQLite; medians of ${rounds} interleaved rounds.`,
    '',
    '| way | owner, processor ms per 1,000 delivered documents | of one requester | owner, highest resident memory, MiB |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
