import type { FlowTook } from './peers/flow.ts';
import { ageOf, FlowBench, personOf } from './support/flow-bench.ts';
import { describeMachine, median } from './support/machine.ts';

export interface FlowSize {
  records: number;
  rounds: number;
  perBatch: number;
}

const TOPIC = 'bench-events';
const WAYS = ['plain', 'spark'] as const;
const FILTER = { type: 'filter', condition: 'age > 18' };

/** A pipeline beside a plain loop in Node that does the same. @returns a text */
export async function measureFlows({ records, rounds, perBatch }: FlowSize): Promise<string> {
  const bench = await FlowBench.start();
  const took: Record<(typeof WAYS)[number], FlowTook[]> = { plain: [], spark: [] };
  try {
    await bench.fill(TOPIC, records, (id) => JSON.stringify(personOf(id)));
    const old = Array.from({ length: records }, (_, id) => ageOf(id)).filter((age) => age > 18).length;
    for (let round = 0; round < rounds; round++)
      for (const way of WAYS) {
        const table = `people_${way}_${round}`;
        await bench.makeTable(table);
        const job = { topic: TOPIC, table, records, perBatch, transforms: [FILTER] };
        const one = await bench.run(`flow-${way}.ts`, job);
        await bench.dropTable(table, old);
        took[way].push(one);
        console.error(`round ${round + 1}, ${way}: ${describeFlow(one, records)}`);
      }
  } finally {
    await bench.stop();
  }
  const rate = (way: (typeof WAYS)[number]) => median(took[way].map(({ seconds }) => records / seconds));
  const cpu = (way: (typeof WAYS)[number]) => median(took[way].map((one) => microseconds(one, records)));
  const row = (way: (typeof WAYS)[number], name: string) =>
    `| ${name} | ${inWords(rate(way))} | ${cpu(way).toFixed(1)} us | ${Math.round(median(took[way].map(({ rssMb }) => rssMb)))} MB |`;
  const rates = (way: (typeof WAYS)[number]) =>
    took[way].map(({ seconds }) => inWords(records / seconds)).join(', ');
  return [
    '# Kafka, `age > 18`, PostgreSQL',
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; both servers on this machine; ${inWords(records)} records of about 90 bytes, batches of ${inWords(perBatch)}, the position in the commit of the rows; median of ${rounds} interleaved rounds, each way in a process of its own.`,
    '',
    '| way | records/s read | processor time a record | memory |',
    '|---|---|---|---|',
    row('plain', 'plain loop: messages of the client, `JSON.parse`, `if`, upsert by `unnest`'),
    row('spark', 'pipeline, everything on'),
    '',
    `Ratio of records ${(rate('spark') / rate('plain')).toFixed(2)} (bar: at least 0.7), of processor time ${(cpu('spark') / cpu('plain')).toFixed(2)} (bar: at most 1.8).`,
    '',
    `Rounds, records/s: plain ${rates('plain')}; pipeline ${rates('spark')}.`,
  ].join('\n');
}

export function describeFlow(took: Omit<FlowTook, 'rssMb'>, records: number): string {
  return `${inWords(records / took.seconds)} records/s, ${microseconds(took, records).toFixed(1)} us a record`;
}

export const microseconds = ({ cpuSeconds }: Pick<FlowTook, 'cpuSeconds'>, records: number): number =>
  (cpuSeconds * 1e6) / records;

export const inWords = (count: number): string => Math.round(count).toLocaleString('en');
