import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startNats } from '@nestjs-spark/servers';
import { registerOnNats } from '../test/support/stores/register-on-nats.ts';
import { SqliteDatabase } from '../test/support/stores/sqlite-database.ts';
import { readArguments } from '../tools/arguments.ts';
import { Attacker, bodyOf, REFUSED } from './peers/attacker.ts';
import { BOMBS } from './peers/bombs.ts';
import type { FloodAsked, FloodTold } from './peers/flood.ts';
import { BenchApp, OWN_BUILD } from './support/app.ts';
import { cpuSeconds } from './support/cpu.ts';
import { describeMachine, median, quantile } from './support/machine.ts';
import { saveResult } from './support/results.ts';
import { until } from './support/until.ts';

const { values } = readArguments({
  help: `npm run bench -- attacks: what attacks cost an owner.
  --requests N    of each kind (300)
  --rounds N      (3)
  --seconds N     of the flood (20)
  --save          writes the table into benchmarks/results`,
  options: {
    requests: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    save: { type: 'boolean', default: false },
  },
});
const [requests, rounds, seconds] = [values.requests, values.rounds, values.seconds].map(Number) as [
  number,
  number,
  number,
];
const VALID_PER_SECOND = 50;
const PAPERS = 1_000;
const BOMB_SECONDS = 20;

const folder = join(OWN_BUILD, '.spark', 'data', 'bench-attacks');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const nats = await startNats({ temporary: true, log: () => undefined });
const file = join(folder, 'Fleet.db');
const database = new SqliteDatabase(file);
await database.create();
// A module for each kind: the tokens of one are only remembered up to a limit, beyond which all of them are refused with 429.
const rudeNames = Object.keys(REFUSED).map((_, n) => `Rude${n}`);
const attackers = await Promise.all(
  ['HR', ...rudeNames, ...Object.keys(BOMBS)].map((name) => Attacker.named(name)),
);
for (const { document } of attackers) await registerOnNats(nats.url, document);
const [hr, ...others] = attackers as [Attacker, ...Attacker[]];
const bombers = others.splice(rudeNames.length);
const attacks = Object.entries(REFUSED).map(([kind, { status, send }], n) => ({
  kind,
  attack: async (): Promise<void> => {
    const { status: got } = await send({ url: owner.url, hr, rude: others[n] ?? hr });
    if (got !== status) throw new Error(`${kind}: expected ${status}, got ${got}`);
  },
}));
const owner = await BenchApp.startMain('Fleet', join(OWN_BUILD, 'test/support/module/main.ts'), {
  env: {
    NATS_URL: nats.url,
    SPARK_KEYS_DIR: join(folder, 'keys'),
    SPARK_STORE: `sqlite:${file}`,
    SPARK_MODULE_NAME: 'Fleet',
    SPARK_DEPLOYMENTS_PER_MINUTE: '60000',
    SPARK_TEST_MODULE: JSON.stringify({
      shared: [
        { collection: 'Cars', with: ['HR'] },
        { collection: 'Papers', with: Object.keys(BOMBS) },
      ],
    }),
  },
});
try {
  await until(() => owner.live(), 100);
  for (let n = 0; n < 50; n++) await accepted();

  const accept: number[] = [];
  const refuse = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    accept.push(await cpuOf(accepted));
    for (const { kind, attack } of attacks) {
      const cost = await cpuOf(attack);
      refuse.set(kind, [...(refuse.get(kind) ?? []), cost]);
    }
  }
  const quiet = await latencies(seconds);
  const flooded = await underFlood(() => latencies(seconds));
  const idle = await settled();
  const grown = await underBombs(idle);

  const unit = median(accept);
  const ms = (value: number) => value.toFixed(2);
  const lines = [
    `# What attacks cost an owner`,
    '',
    `${describeMachine()}; SQLite, ${requests} requests of each kind in each of ${rounds} rounds.`,
    '',
    '| request | processor ms | of an accepted one |',
    '| --- | ---: | ---: |',
    `| an accepted deployment | ${ms(unit)} | 1 |`,
    ...[...refuse].map(
      ([kind, all]) => `| ${kind} | ${ms(median(all))} | ${(median(all) / unit).toFixed(2)} |`,
    ),
    '',
    `| ${VALID_PER_SECOND} valid deployments a second | answered | p50 ms | p99 ms | bad requests answered/s |`,
    '| --- | ---: | ---: | ---: | ---: |',
    row('alone', quiet, 0),
    row('under a flood of bad requests', flooded.result, flooded.answered),
    '',
    `Resident memory: ${idle} MiB at rest, at most ${grown} MiB more in total while ${bombers.length} scripts at once allocate as much as they can.`,
  ];
  console.log(lines.join('\n'));
  if (values.save) saveResult('attacks.md', lines.join('\n'));
} finally {
  await owner.stop();
  await nats.stop();
  await database.drop();
}

function row(name: string, took: number[], bad: number): string {
  const p = (q: number) => quantile(took, q).toFixed(1);
  return `| ${name} | ${took.length} | ${p(0.5)} | ${p(0.99)} | ${Math.round(bad / seconds)} |`;
}

/** Each one is a change: repeating the same set costs less. */
async function accepted(): Promise<void> {
  const { status } = await hr.deploy(
    owner.url,
    bodyOf(hr, 'Cars', `loadToCars({ Model: this.Model, N: ${Math.random()} });`),
  );
  if (status !== 200) throw new Error(`a valid deployment was answered ${status}`);
}

/** The owner's CPU time per request, in ms. */
async function cpuOf(request: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds(owner.pid);
  for (let n = 0; n < requests; n++) await request();
  return ((cpuSeconds(owner.pid) - before) * 1_000) / requests;
}

/** How many milliseconds each of the valid deployments takes. */
async function latencies(forSeconds: number): Promise<number[]> {
  const end = performance.now() + forSeconds * 1_000;
  const took: number[] = [];
  const sent: Promise<void>[] = [];
  while (performance.now() < end) {
    const began = performance.now();
    sent.push(accepted().then(() => void took.push(performance.now() - began)));
    await delay(1_000 / VALID_PER_SECOND);
  }
  await Promise.all(sent);
  return took;
}

/** While each of the attacks is repeated as fast as it is answered. */
async function underFlood<T>(work: () => Promise<T>): Promise<{ result: T; answered: number }> {
  const flood = fork(join(import.meta.dirname, 'peers', 'flood.ts'));
  const ask = async (asked: FloodAsked): Promise<FloodTold> => {
    flood.send(asked);
    const gone = once(flood, 'exit').then(() => {
      throw new Error('The flood ended early');
    });
    const [told] = (await Promise.race([once(flood, 'message'), gone])) as [FloodTold];
    return told;
  };
  try {
    await ask({ natsUrl: nats.url });
    const flooded = ask({ url: owner.url, seconds });
    const result = await work();
    return { result, answered: (await flooded) ?? 0 };
  } finally {
    flood.kill();
  }
}

async function settled(): Promise<number> {
  await delay(5_000);
  return owner.residentMiB();
}

/** Maximum growth of the memory, in MiB. */
async function underBombs(idle: number): Promise<number> {
  await database.write(
    Array.from({ length: PAPERS }, (_, n) => ({
      id: `papers/${n}`,
      document: { N: n, Notes: 'n'.repeat(8_000), '@metadata': { '@collection': 'Papers' } },
    })),
  );
  for (const bomber of bombers) {
    const { status } = await bomber.deploy(owner.url, bodyOf(bomber, 'Papers', BOMBS[bomber.name] ?? ''));
    if (status !== 200) throw new Error(`${bomber.name} was answered ${status}`);
  }
  let most = 0;
  for (const end = performance.now() + BOMB_SECONDS * 1_000; performance.now() < end;) {
    most = Math.max(most, owner.residentMiB());
    await delay(20);
  }
  return most - idle;
}
