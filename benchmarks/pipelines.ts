import { readArguments } from '../tools/arguments.ts';
import { compareWithConnect } from './pipelines-connect.ts';
import { measureFailover } from './pipelines-failover.ts';
import { measureFlows } from './pipelines-flow.ts';
import { measureIdlePipelines } from './pipelines-idle.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- pipelines: Kafka, a filter and PostgreSQL, beside the same as a plain loop in Node.
  --records N     (1000000)
  --rounds N      (3)
  --batch N       records of a batch (5000)
  --connect       instead: without a filter, beside Kafka Connect with Debezium's JDBC sink, which Maven fetches once
  --idle N        instead: what N pipelines cost three nodes while nothing comes
  --failover N    instead: when N pipelines write again after one of three nodes was killed with SIGKILL
  --save          writes the table into benchmarks/results`,
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '5000' },
    connect: { type: 'boolean', default: false },
    idle: { type: 'string' },
    failover: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const size = {
  records: Number(values.records),
  rounds: Number(values.rounds),
  perBatch: Number(values.batch),
};
const text = await measure();
console.log(text);
const isTable = values.idle === undefined && values.failover === undefined;
if (values.save && isTable) saveResult(values.connect ? 'pipelines-connect.md' : 'pipelines.md', text);
process.exit();

function measure(): Promise<string> {
  if (values.idle !== undefined) return measureIdlePipelines(Number(values.idle));
  if (values.failover !== undefined) return measureFailover(Number(values.failover), size.rounds);
  return values.connect ? compareWithConnect(size) : measureFlows(size);
}
