import { setTimeout as delay } from 'node:timers/promises';
import { readArguments } from '../tools/arguments.ts';
import type { SparkWorld } from './peers/spark.ts';
import { onRavenDb, onSqlite, type Spent } from './peers/verify-stores.ts';
import { OPERATOR_TOKEN, verifyCopies } from './peers/verify.ts';
import { measureCpu, sumOf } from './support/cpu.ts';
import { describeLoad, describeMachine, median } from './support/machine.ts';
import { car } from './support/raven.ts';
import { saveResult } from './support/results.ts';

const { values } = readArguments({
  help: `npm run bench -- verify: a comparison beside its first copy.
  --store NAME    ravendb or sqlite (ravendb)
  --documents N   (200000)
  --rounds N      (5)
  --corruptions N (1000; on RavenDB only)
  --save          writes the table into benchmarks/results`,
  options: {
    store: { type: 'string', default: 'ravendb' },
    documents: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '5' },
    corruptions: { type: 'string', default: '1000' },
    save: { type: 'boolean', default: false },
  },
});
const [documents, rounds, corruptions] = [values.documents, values.rounds, values.corruptions].map(
  Number,
) as [number, number, number];
const WRITE_EVERY_MS = 10;

process.env['SPARK_OPERATOR_TOKEN'] = OPERATOR_TOKEN;
const isSqlite = values.store === 'sqlite';

interface Round {
  copy: Spent;
  content: Spent;
  ids: Spent;
}

const maker = isSqlite ? await onSqlite(documents) : await onRavenDb(documents);
try {
  const all: Round[] = [];
  let found = '';
  for (let round = 0; round < rounds; round++) {
    const { copy, pids, hr, stop } = await maker.copy();
    const compare = async (depth: 'content' | 'ids'): Promise<Spent> => {
      const used = measureCpu(pids);
      const { seconds: took, task } = await verifyCopies(hr, { depth });
      if (task.equal !== documents) throw new Error(`not equal: ${JSON.stringify(task)}`);
      const each = used.stop();
      console.error(`  ${depth}: ${JSON.stringify(each)}`);
      return { seconds: took, cpu: sumOf(each) };
    };
    const content = await compare('content');
    const ids = await compare('ids');
    all.push({ copy, content, ids });
    const told = Object.entries({ copy, content, ids }).map(
      ([name, spent]) => `${name} ${seconds(spent.seconds)} (${seconds(spent.cpu)} of the processor)`,
    );
    console.error(`round ${round + 1}: ${told.join(', ')}; load ${describeLoad()}`);
    const { world } = maker;
    if (round === rounds - 1 && world && corruptions > 0) found = await repair(world, hr);
    await stop();
  }
  const of = (name: keyof Round, what: keyof Spent): string =>
    seconds(median(all.map((round) => round[name][what])));
  const ratio = (name: keyof Round, what: keyof Spent): string =>
    median(all.map((one) => one[name][what] / one.copy[what])).toFixed(2);
  const row = (title: string, name: keyof Round): string =>
    `| ${title} | ${of(name, 'seconds')} | ${ratio(name, 'seconds')} | ${of(name, 'cpu')} | ${ratio(name, 'cpu')} |`;
  const lines = [
    `# Comparing ${documents.toLocaleString('en')} copies with their source, on ${maker.store}`,
    '',
    `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}; all servers and both apps on one machine, whose load was ${describeLoad()} at the end; HR without its event handler; median of ${rounds} rounds, each of which makes a first copy and then compares it.`,
    '',
    '|  | time | of the first copy beside it | processor | of the first copy beside it |',
    '| --- | --- | --- | --- | --- |',
    row('first copy', 'copy'),
    row('verify by content', 'content'),
    row('verify by ids', 'ids'),
    ...(found === '' ? [] : ['', found]),
  ];
  console.log(lines.join('\n'));
  if (values.save) saveResult(isSqlite ? 'verify-sqlite.md' : 'verify.md', lines.join('\n'));
} finally {
  await maker.stop();
}

/** Corrupts copies that receive no writes, and repairs them while a hundred documents are written per second. */
async function repair(
  { fleet: source, hr: target }: SparkWorld,
  hr: Parameters<typeof verifyCopies>[0],
): Promise<string> {
  const half = Math.floor(documents / 2);
  const each = Math.floor(half / corruptions);
  const wanted = { missing: 0, stale: 0, ghost: 0, foreign: 0 };
  for (let n = 0; n < corruptions; n++) {
    const id = `cars/${half + n * each}`;
    const copy = await target.get<Record<string, unknown> & { '@metadata': object }>(id);
    if (!copy) throw new Error(`there is no copy ${id}`);
    if (n % 3 === 0) {
      wanted.missing++;
      await target.bulk([{ Id: id, ChangeVector: null, Type: 'DELETE' }]);
    } else if (n % 3 === 1) {
      wanted.stale++;
      await target.put(id, { ...copy, Model: 'corrupted' });
    } else {
      wanted.ghost++;
      await target.put(`${id}/ghost`, copy);
    }
  }
  let isOver = false;
  const writing = (async () => {
    for (let n = 0; !over(); n++) {
      await source.put(`cars/${n % half}`, { ...car(n), '@metadata': { '@collection': 'Cars' } });
      await delay(WRITE_EVERY_MS);
    }
  })();
  const { seconds: took, task } = await verifyCopies(hr, { repair: true });
  isOver = true;
  await writing;
  const { missing, stale, ghost, foreign, repaired } = task;
  const { task: after } = await verifyCopies(hr, {});
  const left = after.missing + after.stale + after.ghost + after.foreign;
  const exact = JSON.stringify({ missing, stale, ghost, foreign }) === JSON.stringify(wanted);
  return `${corruptions.toLocaleString('en')} corruptions under 100 writes a second, in ${seconds(took)}: ${missing} missing, ${stale} stale, ${ghost} ghosts found (${exact ? 'exactly those' : `wanted ${JSON.stringify(wanted)}`}), ${repaired} repaired, ${left} left.`;

  function over(): boolean {
    return isOver;
  }
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
