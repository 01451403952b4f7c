import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readArguments } from './arguments.ts';

/**
 * The random suites, each with as many cases as fit into a night, and those over all pairs of stores; an ordinary run has a few
 * of each.
 */
const SUITES = [
  'libs/engine/etl-script/src/differential',
  'libs/adapters/sqlite/src/events/killed-while-writing',
  'libs/engine/streaming/src/run/protocol',
  'libs/systems/peers/src/receive/simulation',
  'test/regression/ids-between-stores',
  'test/regression/fuzzed-requests',
  'test/regression/fuzzed-messages',
  'test/failure/nats-cluster',
  'test/failure/killed-while-copying',
  'test/failure/arrivals-killed',
  'test/failure/nats-data',
  'test/failure/offline-changes',
  'test/failure/peers-many',
  'test/system/scripts-change',
  'test/system/cars-travel',
  'test/system/peers-copied',
  'test/system/first-copy',
  'test/system/preview',
  'test/system/refusals',
  'test/system/registry-claims',
  'test/system/set-aside',
  'test/system/app-process',
];
const CASES = {
  SPARK_RANDOM_SCRIPTS: '600',
  SPARK_PROTOCOL_RUNS: '1500',
  SPARK_PEER_RUNS: '10000',
  SPARK_TEST_PEER_NODES: '12',
  SPARK_ID_RUNS: '40',
  SPARK_FUZZ_REQUESTS: '20000',
  SPARK_FUZZ_MESSAGES: '5000',
  SPARK_NORTHWIND_DOCUMENTS: '100',
  SPARK_NORTHWIND_DOCUMENTS_OF_EACH: '1000',
  SPARK_WRITE_KILLS: '100',
  SPARK_COPY_KILLS: '20',
  SPARK_ARRIVAL_KILLS: '20',
  SPARK_TEST_LONG_FAULTS: '1',
  SPARK_TEST_ALL_PAIRS: '1',
};

const { words } = readArguments({
  help: `npm run campaign: runs the random suites, with as many cases as a night has time for.
  npm run campaign -- PATH …    only these
SPARK_TEST_SEED=N repeats the cases of an earlier campaign.`,
  words: Infinity,
});
const seed = process.env['SPARK_TEST_SEED'] ?? String(Math.floor(Math.random() * 1e9));
const suites = words.length > 0 ? words : SUITES;
console.log(`This campaign again: SPARK_TEST_SEED=${seed} npm run campaign -- ${suites.join(' ')}`);
const tests = spawn('npm', ['test', '--silent', '--', ...suites], {
  stdio: 'inherit',
  env: { ...CASES, ...process.env, SPARK_TEST_SEED: seed, SPARK_REQUIRE_SERVERS: '1' },
});
const [code] = (await once(tests, 'exit')) as [number | null];
process.exitCode = code ?? 1;
