import { readArguments } from '../tools/arguments.ts';
import { compareWithConnect } from './pipelines-connect.ts';
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
  --save          writes the table into benchmarks/results`,
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '5000' },
    connect: { type: 'boolean', default: false },
    idle: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const size = {
  records: Number(values.records),
  rounds: Number(values.rounds),
  perBatch: Number(values.batch),
};
const text =
  values.idle === undefined
    ? await (values.connect ? compareWithConnect(size) : measureFlows(size))
    : await measureIdlePipelines(Number(values.idle));
console.log(text);
if (values.save && values.idle === undefined)
  saveResult(values.connect ? 'pipelines-connect.md' : 'pipelines.md', text);
process.exit();
