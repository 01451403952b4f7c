import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from '../tools/arguments.ts';
import { firstCopyRates } from './peers/embedded-copy.ts';
import { embeddedSparkCopy } from './peers/embedded-spark.ts';
import { writeLatencies } from './peers/embedded-write.ts';
import { describeMachine, median, quantile } from './support/machine.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- embedded: the embedded store.
  --writes N      (1000)
  --documents N   (100000)
  --rounds N      (5)
  --save          writes the table into benchmarks/results`,
  options: {
    writes: { type: 'string', default: '1000' },
    documents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    save: { type: 'boolean', default: false },
  },
});
const [writes, documents, rounds] = [values.writes, values.documents, values.rounds].map(Number) as [
  number,
  number,
  number,
];

const folder = join(import.meta.dirname, '..', '.spark', 'data', 'bench-embedded');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
try {
  const all = { plain: [] as number[], events: [] as number[] };
  const spark: number[] = [];
  const copies: { pipe: number; feedAndTarget: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { plain, events } = await writeLatencies(join(folder, `write-${round}.db`), writes);
    all.plain.push(...plain);
    all.events.push(...events);
    copies.push(await firstCopyRates(join(folder, `copy-${round}`), documents));
    const own = join(folder, `spark-${round}`);
    mkdirSync(own);
    spark.push(await embeddedSparkCopy(own, documents));
  }
  const pipe = median(copies.map((one) => one.pipe));
  const ours = median(copies.map((one) => one.feedAndTarget));
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const row = (name: string, took: number[]) =>
    `| ${name} | ${ms(median(took))} | ${ms(quantile(took, 0.99))} |`;
  const lines = [
    '# The embedded store',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; ${rounds} rounds, both kinds of write interleaved; every transaction is synced to disk.`,
    '',
    '| writing one document of about 400 bytes | p50 | p99 |',
    '|---|---|---|',
    row('plain insert into a table with id and JSON', all.plain),
    row('the same with its event row', all.events),
    '',
    `Ratio of medians ${(median(all.events) / median(all.plain)).toFixed(2)}; p99 ${ms(quantile(all.events, 0.99) - quantile(all.plain, 0.99))} more.`,
    '',
    `| ${documents.toLocaleString('en')} documents copied from one file to another | documents/s | plain pipe = 1 |`,
    '|---|---|---|',
    `| plain pipe (one process: select, pick fields, insert) | ${Math.round(pipe)} | 1 |`,
    `| Spark, both apps, everything on | ${Math.round(median(spark))} | ${(median(spark) / pipe).toFixed(2)} |`,
    `| \`feed.read\` and \`target.apply\` in one process, without script, log or network | ${Math.round(ours)} | ${(ours / pipe).toFixed(2)} |`,
  ];
  console.log(lines.join('\n'));
  if (values.save) saveResult('embedded.md', lines.join('\n'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
