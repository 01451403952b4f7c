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
      ['a number, and not what is after its point', { year: 1999 }, ''],
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
        // @ts-expect-error a text is not a number
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

    it('give everything beyond what is skipped, however much is asked for', async () => {
      await expectKeys({ skip: 2, take: Number.MAX_SAFE_INTEGER }, 'cdefg');
      await expectKeys({ skip: Number.MAX_SAFE_INTEGER, take: 1 }, '');
    });

    it.each([
      { take: -1 },
      { take: 1.5 },
      { take: Number.NaN },
      { take: Infinity },
      { skip: -1 },
      { skip: '1' },
    ])('refuse the page %p', async (query) => {
      const refused = cars.list(query as ListQuery<Car>);
      await expect(refused).rejects.toThrow(StoreRefusedError);
      await expect(refused).rejects.toThrow(new RegExp(`^${Object.keys(query)[0]} takes a whole number`));
    });

    it('begin with null and missing, or end with them, and put equals in the order of ids', async () => {
      await expectKeys({ orderBy: 'year' }, 'dfgeabc');
      await expectKeys({ orderBy: 'year', descending: true }, 'cbaegfd');
      await expectKeys({ orderBy: 'brand', where: { brand: { ne: 'Opel' } }, take: 4 }, 'defg');
    });

    it('are ordered by the value in each document, whichever document comes first', async () => {
      const mixed = open.repository<{ power?: unknown }>('Mixed');
      const powers = [undefined, 9, 10, 100, 'b', '10', 'A', null, -1, 1.5, true, '2024-01-02', '9'];
      for (const [at, power] of powers.entries()) {
        await mixed.put(`mixed/${String.fromCharCode(97 + at)}`, { power });
      }
      const page = async (query: ListQuery<{ power?: unknown }>) =>
        (await mixed.list({ orderBy: 'power', ...query })).items.map(({ id }) => id.at(-1)).join('');
      // Null and missing, texts and booleans, numbers, points in time.
      await eventually(async () => expect(await page({})).toBe('ahfmgekijbcdl'));
      expect(await page({ descending: true })).toBe('ldcbjikegmfha');
      const pages = await Promise.all([0, 4, 8, 12].map((skip) => page({ skip, take: 4 })));
      expect(pages.join('')).toBe('ahfmgekijbcdl');
      await eventually(async () =>
        expect(await page({ where: { power: { gt: 1 } } as object, take: 4 })).toBe('jbcd'),
      );
      expect(await page({ where: { power: { lt: 9 } } as object })).toBe('ij');
      expect(await page({ where: { power: '10' } as object })).toBe('f');
      expect(await page({ where: { power: { in: [10, 9] } } as object })).toBe('bc');
      expect(await page({ where: { power: { in: ['10', '9'] } } as object })).toBe('fm');
    });

    describe('by points in time', () => {
      const TIMES = {
        a: '2024-01-02T00:00:00.000Z',
        b: '2024-01-02T00:00:00Z',
        c: '2024-01-02T00:00:00.0000000Z',
        d: '2024-01-02',
        e: '2024-01-02T01:00:00+01:00',
        f: '2024-01-01T23:59:59.999Z',
        g: '2024-01-31T23:30:00-02:00',
        h: '2024-01-02 00:00',
        i: '2024-01-02T00:00:00.0000001Z',
      };
      let visits: Repository<{ date: string | Date }>;
      beforeAll(async () => {
        visits = open.repository('Visits');
        for (const [key, date] of Object.entries(TIMES)) await visits.put(`visits/${key}`, { date });
      });

      const times: [what: string, where: Where<{ date: string | Date }>, found: string][] = [
        [
          'begin with the whole of one',
          { date: { startsWith: '2024-01-02T00:00:00.000Z' } as object },
          'abcde',
        ],
        [
          'begin with one as it is with an offset',
          { date: { startsWith: '2024-01-02T01:00:00+01:00' } as object },
          'abcde',
        ],
        ['begin with a day', { date: { startsWith: '2024-01-02' } as object }, 'abcdehi'],
        ['begin with a month, in UTC', { date: { startsWith: '2024-01' } as object }, 'abcdefhi'],
        [
          'begin with digits after the point',
          { date: { startsWith: '2024-01-02T00:00:00.00' } as object },
          'abcei',
        ],
        ['equal one, however it is spelled', { date: '2024-01-02T00:00:00.000Z' }, 'abcde'],
        ['equal a Date', { date: new Date('2024-01-02') }, 'abcde'],
        [
          'equal one of several',
          { date: { in: ['2024-01-02', '2024-02-01T01:30:00Z', '2024-01-02 00:00'] } },
          'abcdegh',
        ],
        ['equal none of them', { date: { ne: '2024-01-02T00:00:00Z' } }, 'fghi'],
        ['are after one', { date: { gt: '2024-01-02T01:00:00+01:00' } }, 'gi'],
        ['are not before one', { date: { gte: new Date('2024-01-02') } }, 'abcdegi'],
        ['are before one', { date: { lt: '2024-01-02' } }, 'f'],
        ['are between a month and the next', { date: { gte: '2024-02', lt: '2024-03' } }, 'g'],
      ];
      it.each(times)('find those that %s', async (_, where, found) => {
        await eventually(async () => {
          const { items, total } = await visits.list({ where });
          expect(items.map(({ id }) => id.at(-1)).join('')).toBe(found);
          expect(total).toBe(found.length);
        });
      });

      it('are in the order of time', async () => {
        const ordered = async () =>
          (await visits.list({ orderBy: 'date' })).items.map(({ id }) => id.at(-1)).join('');
        await eventually(async () => expect(await ordered()).toBe('hfdabceig'));
      });
    });

    it('know fields named as a table has its own columns', async () => {
      const odd = open.repository<{ _etag?: number; _document?: string; _key?: string }>('Odd');
      await odd.put('odd/1', { _etag: 77, _document: 'x', _key: 'k' });
      await eventually(async () =>
        expect((await odd.list({ where: { _etag: 77, _document: 'x', _key: 'k' } })).total).toBe(1),
      );
      expect((await odd.list({ where: { _document: { startsWith: '{' } } })).total).toBe(0);
    });

    const refused: [what: string, where: object, message: RegExp][] = [
      [
        'an operator that there is not',
        { year: { above: 3 } },
        /where\.year has no operator "above": use ne, in/,
      ],
      ['a field of thousands of letters', { ['x'.repeat(5_000)]: 1 }, /where cannot have the field "x{100}"/],
      ['an object', { owner: { name: 'Ann' } }, /where\.owner has no operator "name".*"owner\.name"/],
      ['a list', { brand: ['Opel'] }, /where\.brand takes .*, not a list \(use in\)/],
      ['in without a list', { brand: { in: 'Opel' } }, /where\.brand\.in takes a list/],
      [
        'a bound that has no order',
        { year: { gt: null } },
        /where\.year\.gt takes a number, a string or a date, not null/,
      ],
      ['no number', { year: { lt: Number.NaN } }, /where\.year\.lt takes .*, not NaN/],
      ['no date', { bought: new Date('never') }, /where\.bought takes .*, not Invalid Date/],
      [
        'the beginning of a number',
        { year: { startsWith: 19 } },
        /where\.year\.startsWith takes a string, not 19/,
      ],
      [
        'more text than is looked at',
        { plate: 'é'.repeat(257) },
        /where\.plate takes a string of at most 512 bytes/,
      ],
      ['an order of ids', { id: { gt: 'cars/a' } }, /where\.id has no operator "gt"/],
      ['an id that is not a text', { id: 1 }, /where\.id takes a string, not 1/],
      ['a field without a name', { 'owner.': 1 }, /where cannot have the field "owner\."/],
    ];
    it.each(refused)('refuse %s, naming field and operator', async (_, where, message) => {
      const asked = cars.list({ where: where as Where<Car> });
      await expect(asked).rejects.toThrow(StoreRefusedError);
      await expect(asked).rejects.toThrow(message);
    });
  });
}
