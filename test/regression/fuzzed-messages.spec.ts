import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { carCommands, carDocument } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import { anyJson, anyText, bent } from '../support/fuzz/bodies.ts';
import type { Member } from '../support/member.ts';
import { onNats } from '../support/on-nats.ts';
import { testSeed } from '../support/seeded-random.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { documentIs } from '../support/story-of-cars.ts';
import type { World } from '../support/world.ts';

const RUNS = Number(process.env['SPARK_FUZZ_MESSAGES'] ?? 2_500);
const seed = testSeed();

/** As the client has them: a list of values per name. */
interface Headers extends Iterable<[string, string[]]> {
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** A message that Spark itself has sent. */
interface Sample {
  subject: string;
  data: Uint8Array;
  headers: Headers | undefined;
}

/** One that it has not: with what was changed in the headers of a sample. */
interface Message extends Sample {
  bend: { at: number; value: string } | null;
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

  const samplesOf = () =>
    onNats(world.natsUrl, (connection) =>
      connection.use(async ({ jsm }) => {
        const found = [];
        for (const stream of STREAMS) {
          const state = await jsm.streams.info(stream, { subjects_filter: '>' }).catch(() => null);
          for (const subject of Object.keys(state?.state.subjects ?? {})) {
            const message = await jsm.streams.getMessage(stream, { last_by_subj: subject });
            if (message) found.push({ subject, data: message.data, headers: message.header });
          }
        }
        return found;
      }),
    );

  it(
    `makes no copy other than the owner made it, and stops no copy for good: ${RUNS} of them`,
    async () => {
      const samples = await samplesOf();
      expect(new Set(samples.map(({ subject }) => subject.split('.', 2).join('.'))).size).toBeGreaterThan(3);
      const messages = fc.sample(messageLike(samples), { seed, numRuns: RUNS });
      await onNats(world.natsUrl, (connection) =>
        connection.use(async ({ nc }) => {
          for (const [at, message] of messages.entries()) {
            withHeaders(message, (given) => nc.publish(message.subject, message.data, given));
            // The owner's own changes go on meanwhile.
            if (at % 50 === 0) await fleet.database.write(carCommands(at + 100, at + 101));
            if (at % 20 === 0) await nc.flush();
          }
          await nc.flush();
        }),
      );
      expect([fleet.process.running, hr.process.running]).toEqual([true, true]);
      await fleet.database.put('cars/after', carDocument(7));
      await documentIs(hr.database, 'cars/after', { Model: 'Model 7' });
      await clean(fleet, hr);
      expect(await hr.database.count('Cars')).toBe(await fleet.database.count('Cars'));
    },
    Math.max(600_000, RUNS * 400),
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

function messageLike<S extends Sample>(
  samples: readonly S[],
): fc.Arbitrary<Message & { headers: S['headers'] }> {
  const sample = fc.constantFrom(...samples);
  const subject = fc.oneof(
    { weight: 8, arbitrary: sample.map((one) => one.subject) },
    sample.map((one) => `${one.subject}.x`),
    fc.constantFrom(
      'spark.control.x',
      'spark.commands.hr.deploy-etl.payroll',
      'spark.route.fleet.hr.payroll',
    ),
  );
  const data = fc.oneof(
    sample.map((one) => one.data),
    fc.tuple(sample, fc.nat(), fc.nat(255)).map(([one, at, value]) => {
      const copy = Uint8Array.from(one.data);
      if (copy.length > 0) copy[at % copy.length] = value;
      return copy;
    }),
    sample.chain((one) => bent(fc.constant(jsonOf(one.data))).map(bytesOf)),
    anyJson.map(bytesOf),
    anyText.map((text) => Buffer.from(text)),
    fc.nat(64).map((size) => randomBytes(size)),
  );
  const given = fc.oneof(
    sample.map(({ headers }) => headers),
    fc.constant(undefined),
  );
  const bend = fc.option(fc.record({ at: fc.nat(20), value: fc.string({ maxLength: 40 }) }), { nil: null });
  return fc.record({ subject, data, headers: given, bend });
}

function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return null;
  }
}

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value) ?? '');
}

/** Sends with a sample's headers, less those that are the server's own, and with one of them changed. */
function withHeaders<H extends Headers>(
  { headers, bend }: Omit<Message, 'headers'> & { headers: H | undefined },
  send: (given: { headers?: H }) => void,
): void {
  if (!headers) return send({});
  const own = [...headers].map(([name, [value = '']]): [string, string] => [name, value]);
  for (const [name] of own) if (name.toLowerCase().startsWith('nats-')) headers.delete(name);
  const [name, before] = own[(bend?.at ?? 0) % Math.max(1, own.length)] ?? [];
  const isBent = bend !== null && name !== undefined && !name.toLowerCase().startsWith('nats-');
  if (isBent) headers.set(name, bend.value.replaceAll(/[^\x20-\x7e]/g, '?'));
  send({ headers });
  if (isBent) headers.set(name, before ?? '');
}
