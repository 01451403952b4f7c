import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, type ListQuery, type Repository, type Where } from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';

interface Car {
  plate?: string | null;
  brand?: 'Opel' | 'Audi' | 'audi' | null;
  year?: number | null;
  sold?: boolean | null;
  bought?: Date | null;
  owner?: { name?: string | null; address?: { zip: number } } | null;
  order?: { total: number };
  tags?: string[];
}

const CARS: Record<string, Car> = {
  a: { plate: '1-A', brand: 'Opel', year: 1990, sold: true, owner: { name: 'Ann', address: { zip: 3000 } } },
  b: { plate: '1-b', brand: 'Audi', year: 1999.5, sold: false, owner: { name: 'ann' }, tags: ['1-A'] },
  c: { plate: '1-É', brand: 'audi', year: 2000, bought: new Date('2026-01-02T03:04:05.006Z') },
  d: { plate: '2-😀', brand: null, year: null, sold: null, bought: new Date('2026-03-01'), owner: null },
  e: { plate: '2-\uffff', year: -0.5, order: { total: 7 }, owner: { name: null } },
  f: { plate: '' },
  g: {},
};

export function listConformance(store: StoreUnderTest): void {
  describe(`Lists of ${store.name}`, () => {
    let open: OpenStore;
    let cars: Repository<Car>;

    beforeAll(async () => {
      open = await store.open();
      cars = open.repository<Car>('Cars');
      for (const [key, car] of Object.entries(CARS)) await cars.put(`cars/${key}`, car);
    });
    afterAll(() => open.drop());

    // The first list by a field makes an index, which on a busy machine takes longer than a list waits.
    const expectKeys = (query: ListQuery<Car>, found: string) =>
      eventually(async () => expect(await keys(query)).toBe(found));
    const keys = async (query: ListQuery<Car>) => {
      const { items, total } = await cars.list(query);
      const found = items.map(({ id }) => id.slice('cars/'.length)).join('');
      return query.take === undefined && total !== items.length ? `${found} of ${total}` : found;
    };

    const conditions: [what: string, where: Where<Car>, found: string][] = [
      ['a text, by its capitals', { plate: '1-b' }, 'b'],
      ['a text that differs by a capital', { plate: '1-B' }, ''],
      ['the empty text', { plate: '' }, 'f'],
      ['a number', { year: 1990 }, 'a'],
      ['a number, and not what is behind its point', { year: 1999 }, ''],
      ['a boolean', { sold: false }, 'b'],
      ['a date', { bought: new Date('2026-01-02T03:04:05.006Z') }, 'c'],
      ['null, which missing counts as', { brand: null }, 'defg'],
      ['another text, null and missing included', { brand: { ne: 'Audi' } }, 'acdefg'],
      ['another number', { year: { ne: 1990 } }, 'bcdefg'],
      ['another boolean', { sold: { ne: true } }, 'bcdefg'],
      ['anything but null', { brand: { ne: null } }, 'abc'],
      ['one of several texts', { brand: { in: ['Opel', 'audi'] } }, 'ac'],
      ['one of one', { plate: { in: ['1-A'] } }, 'a'],
      ['one of several numbers, whole and not', { year: { in: [1990, 1999.5, 1999, -0.5] } }, 'abe'],
      ['one of several, null among them', { brand: { in: ['Opel', null] } }, 'adefg'],
      ['one of several booleans', { sold: { in: [true, false] } }, 'ab'],
      ['one of none', { brand: { in: [] } }, ''],
      ['more', { year: { gt: 1990 } }, 'bc'],
      ['more than a whole number, by a fraction', { year: { gt: 1999 } }, 'bc'],
      ['this or more', { year: { gte: 1990 } }, 'abc'],
      ['less, below zero', { year: { lt: 0 } }, 'e'],
      ['this or less', { year: { lte: 1990 } }, 'ae'],
      ['between', { year: { gte: 1990, lt: 2000 } }, 'ab'],
      ['texts after another, capitals first', { plate: { gt: '1-A', lt: '2' } }, 'bc'],
      ['texts by code points', { plate: { gt: '2-\uffff' } }, 'd'],
      ['texts from the empty one on', { plate: { gte: '' } }, 'abcdef'],
      ['dates before another', { bought: { lt: new Date('2026-02-01') } }, 'c'],
      ['dates from another on', { bought: { gte: new Date('2026-03-01') } }, 'd'],
      ['how a text begins', { plate: { startsWith: '1-' } }, 'abc'],
      ['how a text begins, by its capitals', { plate: { startsWith: '1-B' } }, ''],
      ['how a text begins, beyond ASCII', { plate: { startsWith: '2-😀' } }, 'd'],
      ['how every text begins', { plate: { startsWith: '' } }, 'abcdef'],
      ['a field of an object', { 'owner.name': 'Ann' }, 'a'],
      ['a field of an object of an object', { 'owner.address.zip': { gt: 2999 } }, 'a'],
      ['a field of an object, missing anywhere', { 'owner.name': null }, 'cdefg'],
      ['a field of an object named as a word of the query language', { 'order.total': 7 }, 'e'],
      ['several fields, all of them', { brand: { ne: null }, year: { gt: 1990 }, sold: false }, 'b'],
      ['several fields with nulls', { brand: null, 'owner.name': null, plate: { ne: '' } }, 'deg'],
      ['what is undefined, which does not count', { brand: undefined, year: { gt: undefined, lt: 0 } }, 'e'],
      ['nothing at all', { year: {} }, 'abcdefg'],
      ['an id, whatever its capitals', { id: 'CARS/A' }, 'a'],
      ['one of several ids', { id: { in: ['cars/A', 'cars/b', 'cars/none'] } }, 'ab'],
      ['all ids but one', { id: { ne: 'Cars/a' } }, 'bcdefg'],
      ['how an id begins', { id: { startsWith: 'CARS/' }, sold: true }, 'a'],
    ];
    it.each(conditions)('find %s', async (_, where, found) => {
      await expectKeys({ where }, found);
    });

    it('take only conditions that fit the fields, for the compiler', () => {
      const wrong: Where<Car>[] = [
        // @ts-expect-error a text is no number
        { year: '1990' },
        // @ts-expect-error no such operator
        { year: { above: 3 } },
        // @ts-expect-error numbers have no beginning
        { year: { startsWith: '1' } },
        // @ts-expect-error booleans have no order
        { sold: { gt: false } },
        // @ts-expect-error no such brand
        { brand: { in: ['Ford'] } },
        // @ts-expect-error fields of objects are named with dots
        { owner: { name: 'Ann' } },
        // @ts-expect-error no such field
        { 'owner.age': 3 },
        // @ts-expect-error lists cannot be asked for
        { tags: 'x' },
      ];
      expect(wrong).toHaveLength(8);
    });

    it('find nothing where nothing was ever stored', async () => {
      const none = open.repository<Car>('Nothing');
      expect(await none.list({ where: { year: { gt: 1 } }, orderBy: 'year' })).toEqual({
        items: [],
        total: 0,
      });
    });

    it('count all that the conditions find, and give the page asked for in order', async () => {
      const where: Where<Car> = { plate: { startsWith: '1-' } };
      const query: ListQuery<Car> = { where, orderBy: 'year', descending: true, skip: 1, take: 1 };
      await expectKeys(query, 'b');
      expect((await cars.list(query)).total).toBe(3);
    });

    it('begin with null and missing, or end with them, and put equals in the order of ids', async () => {
      await expectKeys({ orderBy: 'year' }, 'dfgeabc');
      await expectKeys({ orderBy: 'year', descending: true }, 'cbaegfd');
      await expectKeys({ orderBy: 'brand', where: { brand: { ne: 'Opel' } }, take: 4 }, 'defg');
    });

    const refused: [what: string, where: object, message: RegExp][] = [
      [
        'an operator that there is not',
        { year: { above: 3 } },
        /where\.year has no operator "above": use ne, in/,
      ],
      ['an object', { owner: { name: 'Ann' } }, /where\.owner has no operator "name".*"owner\.name"/],
      ['a list', { brand: ['Opel'] }, /where\.brand takes .*, not a list \(use in\)/],
      ['in without a list', { brand: { in: 'Opel' } }, /where\.brand\.in takes a list/],
      [
        'a bound that has no order',
        { year: { gt: null } },
        /where\.year\.gt takes a number, a text or a date, not null/,
      ],
      ['no number', { year: { lt: Number.NaN } }, /where\.year\.lt takes .*, not NaN/],
      ['no date', { bought: new Date('never') }, /where\.bought takes .*, not Invalid Date/],
      [
        'the beginning of a number',
        { year: { startsWith: 19 } },
        /where\.year\.startsWith takes a text, not 19/,
      ],
      [
        'more text than is looked at',
        { plate: 'é'.repeat(257) },
        /where\.plate takes a text of at most 512 bytes/,
      ],
      ['an order of ids', { id: { gt: 'cars/a' } }, /where\.id has no operator "gt"/],
      ['an id that is no text', { id: 1 }, /where\.id takes a text, not 1/],
      ['a field without a name', { 'owner.': 1 }, /where cannot have the field "owner\."/],
    ];
    it.each(refused)('refuse %s, naming field and operator', async (_, where, message) => {
      const asked = cars.list({ where: where as Where<Car> });
      await expect(asked).rejects.toThrow(StoreRefusedError);
      await expect(asked).rejects.toThrow(message);
    });
  });
}
