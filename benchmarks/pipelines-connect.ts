import { loadavg } from 'node:os';
import type { FlowTook } from './peers/flow.ts';
import { describeFlow, inWords, microseconds, type FlowSize } from './pipelines-flow.ts';
import { ConnectWorker } from './support/connect-worker.ts';
import { cpuSeconds } from './support/cpu.ts';
import { FlowBench, personOf } from './support/flow-bench.ts';
import { describeMachine, median } from './support/machine.ts';
import { residentKiB } from './support/memory.ts';

const TOPIC = 'bench-with-schemas';
const FIELDS = { id: 'int64', age: 'int32', name: 'string', city: 'string', at: 'int64' } as const;
// Connect's sink takes only records that say their schema.
const SCHEMA = {
  type: 'struct',
  fields: Object.entries(FIELDS).map(([field, type]) => ({ field, type })),
};
/** The same for a pipeline: the fields are one level down. */
const OUT_OF_PAYLOAD = {
  type: 'map',
  set: Object.fromEntries(Object.keys(FIELDS).map((name) => [name, `payload.${name}`])),
  remove: ['schema', 'payload'],
};
const LOOK_EVERY_MS = 20;

/** A pipeline beside Kafka Connect with Debezium's JDBC sink, from one topic into tables of one database. @returns a text */
export async function compareWithConnect({ records, rounds, perBatch }: FlowSize): Promise<string> {
  const bench = await FlowBench.start();
  const took: Record<'connect' | 'spark', FlowTook[]> = { connect: [], spark: [] };
  const loads: number[] = [];
  let worker: ConnectWorker | null = null;
  try {
    await bench.fill(TOPIC, records, (id) => JSON.stringify({ schema: SCHEMA, payload: personOf(id) }));
    worker = await ConnectWorker.start(bench.brokers);
    // Its code is compiled while it runs: the first round warms it and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const connect = await runConnect(bench, worker, `people_connect_${round}`, { records, perBatch });
      console.error(`round ${round || 'before'}, connect: ${describeFlow(connect, records)}`);
      if (round === 0) continue;
      const table = `people_spark_${round}`;
      await bench.makeTable(table);
      const job = { topic: TOPIC, table, records, perBatch, transforms: [OUT_OF_PAYLOAD] };
      const spark = await bench.run('flow-spark.ts', job);
      await bench.dropTable(table, records);
      console.error(`round ${round}, pipeline: ${describeFlow(spark, records)}`);
      took.connect.push(connect);
      took.spark.push(spark);
      loads.push(loadavg()[0] ?? 0);
    }
  } finally {
    await worker?.stop();
    await bench.stop();
  }
  const rateOf = ({ seconds }: FlowTook) => records / seconds;
  const ratios = took.spark.map((one, at) => rateOf(one) / rateOf(took.connect[at] as FlowTook));
  const row = (name: string, all: readonly FlowTook[]) =>
    `| ${name} | ${inWords(median(all.map(rateOf)))} | ${median(all.map((one) => microseconds(one, records))).toFixed(1)} us | ${inWords(median(all.map(({ rssMb }) => rssMb)))} MB |`;
  return [
    '# Kafka to PostgreSQL, beside Kafka Connect',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, load ${loads.map((load) => load.toFixed(1)).join(', ')}; both servers on this machine; ${inWords(records)} records of about 90 bytes with a JSON schema beside each, which Connect's sink needs; no filter; upserts by the primary key; ${rounds} pairs, one after the other, and before them one of Connect that is not counted.`,
    '',
    `Kafka Connect 4.1.0 standalone with Debezium's JDBC sink 3.5.0, \`-Xmx2g\`, \`batch.size\` ${perBatch}, \`dialect.postgres.unnest.insert.enabled\`, in one JVM for all rounds; its time begins with its first row. The pipeline is in a new process each round; its time begins with its first call, and it takes five fields out of each record.`,
    '',
    '| way | rows/s written | processor time a row | memory |',
    '|---|---|---|---|',
    row('Kafka Connect, warm', took.connect),
    row('pipeline, everything on', took.spark),
    '',
    `Ratio of rows, pair by pair: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; median ${median(ratios).toFixed(2)} (bar: at least 1.3).`,
  ].join('\n');
}

async function runConnect(
  bench: FlowBench,
  worker: ConnectWorker,
  table: string,
  { records, perBatch }: Pick<FlowSize, 'records' | 'perBatch'>,
): Promise<FlowTook> {
  await bench.makeTable(table);
  const { host, pathname, username, password } = new URL(bench.url);
  await worker.put(table, {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    topics: TOPIC,
    'connection.url': `jdbc:postgresql://${host}${pathname}`,
    'connection.username': username,
    'connection.password': password,
    'collection.name.format': table,
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_value',
    'primary.key.fields': 'id',
    'schema.evolution': 'none',
    'batch.size': String(perBatch),
    'dialect.postgres.unnest.insert.enabled': 'true',
    'consumer.override.auto.offset.reset': 'earliest',
    'consumer.override.max.poll.records': String(perBatch),
    'consumer.override.max.partition.fetch.bytes': String(16 * 1024 * 1024),
  });
  const written = async (id: number) => {
    while (!(await bench.hasRow(table, id))) {
      await worker.check(table);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  await written(0);
  const [begun, before] = [performance.now(), cpuSeconds(worker.pid)];
  await written(records - 1);
  const took = {
    seconds: (performance.now() - begun) / 1e3,
    cpuSeconds: cpuSeconds(worker.pid) - before,
    rssMb: residentKiB(worker.pid) / 1024,
  };
  await worker.remove(table);
  await bench.dropTable(table, records);
  return took;
}
