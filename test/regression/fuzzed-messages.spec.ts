import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ModuleIdentity } from '@nestjs-spark/modules/internal';
import { MemoryLogger } from '@nestjs-spark/testing';
import fc from 'fast-check';
import { carCommands, carDocument } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import { anyMessage, type BusMessage, validMessage } from '../support/fuzz/messages.ts';
import type { Member } from '../support/member.ts';
import { onNats } from '../support/on-nats.ts';
import { testSeed } from '../support/seeded-random.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { documentIs } from '../support/story-of-cars.ts';
import type { World } from '../support/world.ts';

const RUNS = Number(process.env['SPARK_FUZZ_MESSAGES'] ?? 2_500);
/** Of those on a route that are not its owner's, each of which is waited for. */
const LISTED = Math.min(RUNS, 30);
const ROUTE = 'spark.route.fleet.hr.cars';
const seed = testSeed();

/** As the client has them: a list of values per name. */
interface Headers extends Iterable<[string, string[]]> {
  set(name: string, value: string): void;
  delete(name: string): void;
}

interface Bus {
  /** The last message that Spark itself has sent on each subject. */
  samples: BusMessage[];
  send(message: BusMessage): void;
  /** @returns its sequence */
  store(message: BusMessage): Promise<number>;
  flush(): Promise<void>;
}

/** Those that only make both sides do more work are left to the tests on floods. */
const STREAMS = [
  'SPARK_COMMANDS',
  'SPARK_CONTROL',
  'SPARK_DEAD_LETTERS',
  'SPARK_ROUTE_FLEET_HR',
  'KV_SPARK_LEASES',
  'KV_SPARK_MODULES',
];

describeOn([SQLITE], `Any message at all on the bus (SPARK_TEST_SEED=${seed})`, (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('fuzzed-messages', pair, 50));
  });
  afterAll(() => world?.end());

  const sending = <T>(work: (bus: Bus) => Promise<T>): Promise<T> =>
    onNats(world.natsUrl, (connection) =>
      connection.use(async ({ nc, js, jsm }) => {
        const last = async (stream: string) => {
          const state = await jsm.streams.info(stream, { subjects_filter: '>' }).catch(() => null);
          const subjects = Object.keys(state?.state.subjects ?? {});
          return Promise.all(
            subjects.map((subject) => jsm.streams.getMessage(stream, { last_by_subj: subject })),
          );
        };
        const found = (await Promise.all(STREAMS.map(last))).flat().filter((one) => one !== null);
        const samples = found.map(({ subject, data, header }) => ({
          subject,
          data,
          headers: namedHeaders(header),
        }));
        const used = found.find(({ header }) => header)?.header;
        const given = ({ headers }: BusMessage) =>
          headers && used ? { headers: refilled(used, headers) } : {};
        return work({
          samples,
          send: (message) => nc.publish(message.subject, message.data, given(message)),
          store: async (message) => (await js.publish(message.subject, message.data, given(message))).seq,
          flush: () => nc.flush(),
        });
      }),
    );
  const signerOfFleet = async () => {
    const key = { directory: world.keysDir, module: 'Fleet', production: true, log: new MemoryLogger() };
    return (await ModuleIdentity.open(key)).messageSigner();
  };
  const refused = async () => {
    const { body } = await hr.operate<{ incoming: { refused: { sequence: number; reason: string }[] }[] }>(
      '/spark/replication',
    );
    return body.incoming.flatMap((task) => task.refused);
  };

  it(
    `makes no copy other than the owner made it, and stops no copy for good: ${RUNS} of them, every third of which its reader believes`,
    async () => {
      const signer = await signerOfFleet();
      await sending(async ({ samples, send, flush }) => {
        const kinds = new Set(samples.map(({ subject }) => subject.split('.', 2).join('.')));
        expect(kinds.size).toBeGreaterThan(3);
        const believed = fc.sample(validMessage(samples, signer), { seed, numRuns: Math.ceil(RUNS / 3) });
        const others = fc.sample(anyMessage(samples), { seed, numRuns: RUNS - believed.length });
        const messages = believed.flatMap((one, at) => [one, ...others.slice(2 * at, 2 * at + 2)]);
        expect(messages.length).toBe(RUNS);
        for (const [at, message] of messages.entries()) {
          send(message);
          // The owner's own changes go on meanwhile.
          if (at % 50 === 0) await fleet.database.write(carCommands(at + 100, at + 101));
          if (at % 20 === 0) await flush();
        }
        await flush();
      });
      expect([fleet.process.running, hr.process.running]).toEqual([true, true]);
      await fleet.database.put('cars/after', carDocument(7));
      await documentIs(hr.database, 'cars/after', { Model: 'Model 7' });
      await clean(fleet, hr);
      expect(await hr.database.count('Cars')).toBe(await fleet.database.count('Cars'));
    },
    Math.max(600_000, RUNS * 400),
  );

  it(
    `is listed with the reason where it is on a route and not the owner's: ${LISTED} of them`,
    async () => {
      const set = await sending(async ({ samples }) => samples.find(({ subject }) => subject === ROUTE));
      if (!set) throw new Error('there is no set on the route');
      const messages = fc.sample(
        anyMessage([set]).map((message) => ({ ...message, subject: ROUTE })),
        { seed, numRuns: LISTED },
      );
      // The set itself, once more, is the owner's.
      const foreign = messages.filter((message) => !isDeepStrictEqual(plain(message), plain(set)));
      expect(foreign.length).toBeGreaterThan(LISTED / 2);
      for (const message of foreign) {
        const sequence = await sending(({ store }) => store(message));
        await hr.until(`${sequence} is listed`, async () => {
          const listed = (await refused()).find((one) => one.sequence === sequence);
          if (listed) expect(listed.reason).toMatch(/ is refused: \S.{10}/);
          return listed;
        });
      }
      await fleet.database.put('cars/listed', carDocument(8));
      await documentIs(hr.database, 'cars/listed', { Model: 'Model 8' });
      await clean(fleet, hr);
    },
    LISTED * 20_000,
  );

  it('makes the owner carry nothing that its requester did not declare', async () => {
    const { body } = await fleet.operate<{ outgoing: { requester: string; name: string }[] }>(
      '/spark/replication',
    );
    expect(body.outgoing.map(({ requester, name }) => `${requester}/${name}`)).toEqual(['HR/Cars']);
  });

  it('leaves both able to begin again', async () => {
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
    await fleet.startReady();
    await hr.startReady();
    await fleet.database.write(carCommands(1, 2));
    await clean(fleet, hr);
  });
});

/** Those that the server has not set itself. */
function namedHeaders(headers: Headers | undefined): BusMessage['headers'] {
  if (!headers) return null;
  const own = [...headers].map(([name, [value = '']]): [string, string] => [name, value]);
  return Object.fromEntries(own.filter(([name]) => !name.toLowerCase().startsWith('nats-')));
}

/** Headers of the client's own kind, which only it can make: those of a message that it has read, with other contents. */
function refilled<H extends Headers>(used: H, wanted: Record<string, string>): H {
  for (const name of Array.from(used, ([one]) => one)) used.delete(name);
  for (const [name, value] of Object.entries(wanted)) used.set(name, value);
  return used;
}

function plain({ data, headers }: BusMessage): unknown {
  return [Buffer.from(data).toString('base64'), headers];
}
