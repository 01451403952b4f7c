import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { startServers } from '@nestjs-spark/servers';
import { readArguments } from '../tools/arguments.ts';
import type { FlowJob, FlowTook } from './peers/flow.ts';
import { measureIdlePipelines } from './pipelines-idle.ts';
import { describeMachine, median } from './support/machine.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- pipelines: Kafka, a filter and PostgreSQL, beside the same as a plain loop in Node.
  --records N     (1000000)
  --rounds N      (3)
  --batch N       records of a batch (5000)
  --idle N        instead: what N pipelines cost three nodes while nothing comes
  --save          writes the table into benchmarks/results`,
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '5000' },
    idle: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
if (values.idle !== undefined) {
  console.log(await measureIdlePipelines(Number(values.idle)));
  process.exit();
}
const [records, rounds, perBatch] = [values.records, values.rounds, values.batch].map(Number) as [
  number,
  number,
  number,
];

const TOPIC = 'bench-events';
const WAYS = ['plain', 'spark'] as const;
const servers = await startServers({
  temporary: true,
  ravendb: false,
  nats: false,
  kafka: true,
  postgres: true,
  log: (line: string) => console.error(line),
});
const { kafka, postgres } = servers;
if (!kafka || !postgres) throw new Error(servers.missing.map(({ brief }) => brief).join('\n'));
const brokers = new URL(kafka.url).host;
const connection = new PostgresConnection({ url: postgres.url });

try {
  await fill();
  const took: Record<(typeof WAYS)[number], FlowTook[]> = { plain: [], spark: [] };
  for (let round = 0; round < rounds; round++)
    for (const way of WAYS) {
      const one = await run(way, round);
      took[way].push(one);
      console.error(`round ${round + 1}, ${way}: ${describe(one)}`);
    }
  const rate = (way: (typeof WAYS)[number]) => median(took[way].map(({ seconds }) => records / seconds));
  const cpu = (way: (typeof WAYS)[number]) =>
    median(took[way].map((one) => (one.cpuSeconds * 1e6) / records));
  const row = (way: (typeof WAYS)[number], name: string) =>
    `| ${name} | ${Math.round(rate(way)).toLocaleString('en')} | ${cpu(way).toFixed(1)} us | ${Math.round(median(took[way].map(({ rssMb }) => rssMb)))} MB |`;
  const lines = [
    '# Kafka, `age > 18`, PostgreSQL',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; both servers on this machine; ${records.toLocaleString('en')} records of about 90 bytes, batches of ${perBatch.toLocaleString('en')}, the position in the commit of the rows; median of ${rounds} interleaved rounds, each way in a process of its own.`,
    '',
    '| way | records/s read | processor time a record | memory |',
    '|---|---|---|---|',
    row('plain', 'plain loop: messages of the client, `JSON.parse`, `if`, upsert by `unnest`'),
    row('spark', 'pipeline, everything on'),
    '',
    `Ratio of records ${(rate('spark') / rate('plain')).toFixed(2)} (bar: at least 0.7), of processor time ${(cpu('spark') / cpu('plain')).toFixed(2)} (bar: at most 1.8).`,
    '',
    `Rounds, records/s: plain ${rates('plain')}; pipeline ${rates('spark')}.`,
  ];
  const text = lines.join('\n');
  console.log(text);
  if (values.save) saveResult('pipelines.md', text);

  function rates(way: (typeof WAYS)[number]): string {
    return took[way].map(({ seconds }) => Math.round(records / seconds).toLocaleString('en')).join(', ');
  }
} finally {
  await connection.close();
  await servers.stop();
}

function describe({ seconds, cpuSeconds }: FlowTook): string {
  return `${Math.round(records / seconds)} records/s, ${((cpuSeconds * 1e6) / records).toFixed(1)} us a record`;
}

async function fill(): Promise<void> {
  const address = { brokers: [brokers] };
  const topics = new KafkaTopics(address, 'bench');
  await topics.ensure(TOPIC, { partitions: 1 });
  await topics.close();
  const writer = new KafkaTransactions(address, 'bench', 'bench');
  await writer.open();
  const SET = 20_000;
  for (let at = 0; at < records; at += SET) {
    const ids = Array.from({ length: Math.min(SET, records - at) }, (_, more) => at + more);
    const messages = ids.map((id) => ({ topic: TOPIC, value: Buffer.from(personOf(id)) }));
    await writer.write(messages, 1_000_000);
  }
  await writer.close();
}

/** Four of five are old enough. */
function personOf(id: number): string {
  const age = 10 + ((id * 7919) % 45);
  return JSON.stringify({
    id,
    age,
    name: `person number ${id}`,
    city: 'Springfield on the river',
    at: 1_790_000_000 + id,
  });
}

async function run(way: (typeof WAYS)[number], round: number): Promise<FlowTook> {
  const table = `people_${way}_${round}`;
  await connection.query({
    text: `CREATE TABLE ${table} (id bigint PRIMARY KEY, age int, name text, city text, at bigint)`,
  });
  const folder = mkdtempSync(join(tmpdir(), 'spark-bench-'));
  const job: FlowJob = { brokers, url: postgres!.url, topic: TOPIC, table, records, perBatch, folder };
  const main = join(import.meta.dirname, 'peers', `flow-${way}.ts`);
  const args = ['--conditions=@nestjs-spark/source', main, JSON.stringify(job)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${way} ended with ${code}`);
  const [row] = await connection.query<{ count: number }>({
    text: `SELECT count(*)::int AS count FROM ${table}`,
  });
  const expected = Array.from({ length: records }, (_, id) => 10 + ((id * 7919) % 45)).filter(
    (age) => age > 18,
  ).length;
  if (row?.count !== expected) throw new Error(`${way} wrote ${row?.count} of ${expected} rows`);
  await connection.query({ text: `DROP TABLE ${table}` });
  return JSON.parse(said) as FlowTook;
}
