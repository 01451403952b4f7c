import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ListQuery, Repository } from '@nestjs-spark/contracts';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { testSeed } from '../support/seeded-random.ts';
import { ravendb } from './adapters/ravendb.ts';
import { sqlite } from './adapters/sqlite.ts';
import type { OpenStore } from './adapters/store-under-test.ts';

const seed = testSeed();
const DOCUMENTS = 150;

const number = fc.oneof(
  fc.integer({ min: -20, max: 120 }),
  fc.double({ min: -1000, max: 1000, noNaN: true }).map((value) => Number(value.toPrecision(5))),
  fc.constantFrom(0, 9, 10, 100, 1.5, -0.5, 9007199254740991, 1e12, 1e300, -1e300),
);
const words = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'A',
    'b',
    'Zoë',
    'zoë',
    'É',
    'é',
    'ΟΔΟΣ',
    'οδος',
    'İ',
    'i',
    '\uffff',
    '😀',
    ' x',
    "it's",
    'a*b',
    'a[b',
    'NULL_VALUE',
    'null',
  ),
  fc.stringMatching(/^[a-zA-Zäß ]{0,6}$/),
);
const digits = fc.constantFrom(
  '9',
  '10',
  '100',
  '1.0',
  '1-A',
  '20',
  '2024',
  '2024-',
  '2024-0',
  '1e3',
  '007',
  '12345678901234567890',
);
const at = fc.date({
  min: new Date('2023-12-30T00:00:00Z'),
  max: new Date('2024-01-03T00:00:00Z'),
  noInvalidDate: true,
});
const two = (value: number) => String(value).padStart(2, '0');
const pointInTime = fc.oneof(
  at.map((date) => date.toISOString()),
  at.map((date) => date.toISOString().slice(0, 10)),
  at.map((date) => date.toISOString().slice(0, 19)),
  at.map((date) => `${date.toISOString().slice(0, 19)}Z`),
  at.map((date) => `${date.toISOString().slice(0, 23)}4567Z`),
  at.map((date) => `${date.toISOString().slice(0, 23)}0000`),
  fc
    .tuple(
      at,
      fc.constantFrom('+', '-'),
      fc.integer({ min: 0, max: 13 }),
      fc.constantFrom(0, 30, 45),
      fc.boolean(),
    )
    .map(
      ([date, sign, hours, minutes, fine]) =>
        `${date.toISOString().slice(0, 19)}${fine ? '.1234567' : ''}${sign}${two(hours)}:${two(minutes)}`,
    ),
  fc.constantFrom(
    '2023-12-31T23:30:00-02:00',
    '2024-01-01T00:30:00+01:00',
    '2024-01-01T00:00:00.000Z',
    '2024-01-01',
    '0001-01-01T00:00:00',
    '9999-12-31T23:59:59.9999999Z',
  ),
);
const nothing = fc.constantFrom(null, undefined);
const values = {
  /** Kinds that other clients mix up. */
  amount: fc.oneof({ weight: 4, arbitrary: number }, words, digits, fc.boolean(), nothing),
  at: fc.oneof({ weight: 4, arbitrary: pointInTime }, words, nothing),
  mixed: fc.oneof(number, words, digits, pointInTime, fc.boolean(), nothing),
};
interface Row {
  amount?: unknown;
  at?: unknown;
  mixed?: unknown;
}

const orders = fc.record({
  orderBy: fc.constantFrom('amount' as const, 'at' as const, 'mixed' as const, undefined),
  descending: fc.boolean(),
  skip: fc.integer({ min: 0, max: 20 }),
  take: fc.integer({ min: 1, max: DOCUMENTS }),
});
const range = (value: fc.Arbitrary<unknown>) =>
  fc
    .tuple(fc.constantFrom('gt', 'gte', 'lt', 'lte'), value)
    .map(([operator, bound]) => ({ [operator]: bound }));
const equal = (value: fc.Arbitrary<unknown>) =>
  fc.oneof(
    value.map((one) => one ?? null),
    value.map((one) => ({ ne: one ?? null })),
    fc.array(value, { maxLength: 4 }).map((list) => ({ in: list.map((one) => one ?? null) })),
  );
const beginning = (value: fc.Arbitrary<string>) =>
  fc.tuple(value, fc.nat(30)).map(([text, length]) => ({ startsWith: [...text].slice(0, length).join('') }));
// RavenDB's index has numbers and booleans as texts as well, and points in time as numbers: what a mixed field answers to these is
// left to the store.
const beginsNoOther = (condition: { startsWith: string }) =>
  !['', 'true', 'false'].some((text) => text.startsWith(condition.startsWith));
const conditions = fc.oneof(
  fc.record({
    amount: fc.oneof(
      equal(fc.oneof(number, words, digits, nothing)),
      range(number),
      beginning(words).filter(beginsNoOther),
    ),
  }),
  fc.record({
    at: fc.oneof(
      equal(fc.oneof(pointInTime, at, words, nothing)),
      range(fc.oneof(pointInTime, at, words, digits)),
      beginning(fc.oneof(pointInTime, words, digits)),
    ),
  }),
  fc.constant({}),
);

describeWithServers(['ravendb'], `Lists of RavenDB and SQLite (SPARK_TEST_SEED=${seed})`, () => {
  const open: OpenStore[] = [];
  let raven: Repository<Row>;
  let embedded: Repository<Row>;

  beforeAll(async () => {
    for (const store of [ravendb, sqlite]) open.push(await store.open());
    const [one, other] = open.map((store) => store.repository<Row>('Rows'));
    if (!one || !other) throw new Error('Two stores are needed');
    [raven, embedded] = [one, other];
    const rows = fc.sample(fc.record(values), { seed, numRuns: DOCUMENTS });
    for (const [index, row] of rows.entries()) {
      await Promise.all([raven, embedded].map((store) => store.put(`rows/${index}`, row)));
    }
    // One index for all fields, compared in every way that is asked for below.
    const text = { startsWith: 'a' };
    const where = { amount: text, at: text, mixed: text } as object;
    await raven.list({ where, orderBy: 'amount' });
    await raven.list({ orderBy: 'at' });
    await raven.list({ orderBy: 'mixed' });
    await eventually(async () => expect((await raven.list({ orderBy: 'mixed' })).total).toBe(DOCUMENTS));
  });
  afterAll(async () => {
    for (const store of open) await store.drop();
  });

  const answer = async (rows: Repository<Row>, query: ListQuery<Row>) => {
    const { items, total } = await rows.list(query);
    return { items: items.map(({ id, ...row }) => JSON.stringify([id, row])), total };
  };

  it('order and find the same documents, whatever a field contains and however dates are spelled', async () => {
    await fc.assert(
      fc.asyncProperty(orders, conditions, async (order, where) => {
        const { orderBy, ...page } = order;
        const query = { ...page, ...(orderBy ? { orderBy } : {}), where } as ListQuery<Row>;
        expect(await answer(raven, query)).toEqual(await answer(embedded, query));
      }),
      { seed, numRuns: 250 },
    );
  });
});
