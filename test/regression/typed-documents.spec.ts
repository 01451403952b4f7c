import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ListQuery, Repository } from '@nestjs-spark/contracts';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { Decimal, Field, mapOf } from '@nestjs-spark/store';
import type { OpenStore } from '../conformance/adapters/store-under-test.ts';
import { stores } from '../conformance/adapters/stores.ts';

class Base {
  @Field() madeAt?: Date;

  get age(): number {
    return 7;
  }
}

class Thing extends Base {
  @Field(() => mapOf(mapOf(Decimal))) prices?: Map<string, Map<string, string>>;
  @Field(() => [[Date]]) weeks?: Date[][];
  @Field(() => Thing) part?: Thing;
  value?: unknown;
}

class Prices extends Map<string, number> {}
class Tags extends Array<string> {}
class Stamp extends Date {}

/** A class whose prototype defines `label` in this way. */
function withPrototype(label: PropertyDescriptor): new () => object {
  class Made extends Base {}
  Object.defineProperty(Made.prototype, 'label', label);
  return Made;
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });
const elsewhere = (code: string): unknown => runInNewContext(code);

for (const store of stores) {
  describeWithServers(store.needs, `Typed documents of ${store.name}`, () => {
    let open: OpenStore;
    let things: Repository<Thing>;
    beforeAll(async () => {
      open = await store.open();
      things = open.repository<Thing>('Things', Thing.prototype);
    });
    afterAll(() => open.drop());
    const thing = (fields: Partial<Thing>) => Object.assign(new Thing(), fields);

    describe('refuse, naming the field', () => {
      const refused: [what: string, value: () => unknown, message: RegExp][] = [
        ['a subclass of Map', () => new Prices([['a', 1]]), /^value cannot be stored: it is a Map/],
        ['a Map of another context', () => elsewhere('new Map([[1, 2]])'), /^value cannot.* Map/],
        [
          'a Date of another context that is not valid',
          () => elsewhere('new Date(NaN)'),
          /^value .*invalid Date/,
        ],
        ['headers of a request', () => new Headers({ a: 'b' }), /^value cannot.* a Headers/],
        [
          'search parameters',
          () => ({ of: new URLSearchParams('a=1') }),
          /^value\.of cannot.* a URLSearchParams/,
        ],
        ['a blob', () => [new Blob(['x'])], /^value\[0\] cannot.* a Blob/],
        ['a boxed bigint', () => Object(1n), /^value cannot.* bigint/],
        ['a generator', () => (function* () {})(), /^value cannot.*/],
        ['a proxy of a Buffer', () => new Proxy(Buffer.from('x'), {}), /^value cannot.*/],
        ['more depth than SQLite reads', () => deep(1000), /^value\.a\.a.* more than 900 objects deep/],
        ['a weak reference', () => new WeakRef({}), /^value cannot.* a WeakRef/],
        [
          'a Map whose keys are numbers',
          () => new Map([[1, new Map()]]),
          /^prices cannot.* a number as a key/,
        ],
      ];
      it.each(refused)('%s', async (what, value, message) => {
        const field = what.includes('whose keys') ? 'prices' : 'value';
        await expect(things.put('things/no', thing({ [field]: value() }))).rejects.toThrow(message);
        expect(await things.get('things/no')).toBeNull();
      });
    });

    describe('keep', () => {
      const kept: [what: string, value: () => unknown, json: unknown][] = [
        ['a Date of another context', () => elsewhere('new Date(0)'), '1970-01-01T00:00:00.000Z'],
        ['a subclass of Date', () => new Stamp(0), '1970-01-01T00:00:00.000Z'],
        ['a subclass of a list', () => Tags.from(['a']), ['a']],
        ['a plain object of another context', () => elsewhere('({ a: [1] })'), { a: [1] }],
        ['a frozen object', () => Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
        [
          'a field that is computed by the object',
          () => ({
            get sum() {
              return 3;
            },
          }),
          { sum: 3 },
        ],
        [
          'the empty name, names with dots and quotes',
          () => ({ '': 1, 'a.b': 2, '"': 3, "'": 4 }),
          { '': 1, 'a.b': 2, '"': 3, "'": 4 },
        ],
        ['much depth', () => deep(200), deep(200)],
        [
          'names that capitals tell apart',
          () => ({ name: 1, Name: 2, $name: 3 }),
          { name: 1, Name: 2, $name: 3 },
        ],
      ];
      it.each(kept)('%s', async (_, value, json) => {
        const put = await things.put('things/1', thing({ value: value() }));
        expect(JSON.parse(JSON.stringify(put.value))).toEqual(json);
        expect((await things.get('things/1'))?.value).toEqual(json);
      });

      it('what a class inherits, nests in itself and keeps in lists of lists', async () => {
        const at = new Date(5);
        const fields = {
          madeAt: at,
          weeks: [[at], []],
          prices: new Map([
            [
              'a',
              new Map([
                ['eur', '1.50'],
                ['usd', '2E+1'],
              ]),
            ],
          ]),
        };
        await things.put('things/2', thing({ ...fields, part: thing(fields) }));
        const found = await things.get('things/2');
        expect(found).toEqual({ id: 'things/2', ...thing({ ...fields, part: thing(fields) }) });
        expect(found?.part).toBeInstanceOf(Thing);
        expect(await open.text('things/2')).toMatch(/"Eur":1\.50,"Usd":2E\+1/);
      });

      it('what a base class computes out of the document', async () => {
        await open.put('things/3', 'Things', '{"Age":1,"Value":2}');
        expect((await things.get('things/3'))?.age).toBe(7);
        expect((await things.list({ where: { id: 'things/3' } })).total).toBeLessThanOrEqual(1);
      });
    });

    describe('with a field that the class defines in another way', () => {
      const ways: [what: string, type: () => new () => object][] = [
        [
          'a getter',
          () =>
            class {
              get label() {
                return 'own';
              }
            },
        ],
        [
          'a getter and a setter',
          () =>
            class {
              get label() {
                return 'own';
              }
              set label(_: string) {
                throw new Error('set');
              }
            },
        ],
        [
          'a setter alone',
          () =>
            class {
              set label(_: string) {
                throw new Error('set');
              }
            },
        ],
        [
          'an inherited getter',
          () =>
            class extends class {
              get label() {
                return 'own';
              }
            } {},
        ],
        [
          'a getter over an inherited one',
          () =>
            class extends class {
              get label() {
                return 'base';
              }
            } {
              override get label() {
                return 'own';
              }
            },
        ],
        [
          'a getter that throws',
          () =>
            class {
              get label(): string {
                throw new Error('got');
              }
            },
        ],
        [
          'a getter of a private field',
          () =>
            class {
              #label = 'own';
              get label() {
                return this.#label;
              }
            },
        ],
        [
          'a method',
          () =>
            class {
              label() {
                return 'own';
              }
            },
        ],
        [
          'a generator',
          () =>
            class {
              *label() {
                yield 1;
              }
            },
        ],
        [
          'an inherited method',
          () =>
            class extends class {
              label() {
                return 'own';
              }
            } {},
        ],
        ['a getter that cannot be changed', () => withPrototype({ get: () => 'own', configurable: false })],
        ['a property that is not listed', () => withPrototype({ get: () => 'own', enumerable: false })],
      ];
      it.each(ways)('%s: is read, listed, changed and stored without it', async (what, makeType) => {
        const type = makeType();
        const collection = `Ways${ways.findIndex(([one]) => one === what)}`;
        const repository = open.repository<{ name?: string }>(collection, type.prototype as object);
        const id = `${collection}/1`;
        await open.put(id, collection, '{"Label":"stored","Name":"x"}');
        const read = await repository.get(id);
        expect(read).toBeInstanceOf(type);
        expect(Object.keys(read ?? {})).not.toContain('label');
        await eventually(async () => expect((await repository.list({})).items).toHaveLength(1));
        expect((await repository.patch(id, { name: 'y' }))?.name).toBe('y');
        expect(await open.text(id)).toMatch(/"Label":"stored","Name":"y"/);
        const made = Object.assign(Object.create(type.prototype as object) as object, { name: 'z' });
        await repository.put(`${collection}/2`, made);
        expect(await open.text(`${collection}/2`)).not.toContain('abel');
      });
    });

    describe('with a field named like a member of every object', () => {
      const names = [
        '__proto__',
        '__defineGetter__',
        '__lookupSetter__',
        'prototype',
        'isPrototypeOf',
        'propertyIsEnumerable',
        'toLocaleString',
        'constructor',
        'hasOwn',
        'then',
        'nodejs.util.inspect.custom',
        '@@iterator',
      ];
      it.each(names)('%s: is an ordinary field, changes nothing else, and survives a patch', async (name) => {
        const field = `"${name}":{"IsAdmin":true,"${name}":[{"${name}":1}]}`;
        await open.put('things/9', 'Things', `{${field},"Value":1}`);
        const found = await things.get('things/9');
        expect(found).toBeInstanceOf(Thing);
        expect(found && 'isAdmin' in found).toBe(false);
        expect(Object.getPrototypeOf(found)).toBe(Thing.prototype);
        expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
        expect(`${String(found?.age)} ${typeof found?.toString()}`).toBe('7 string');
        await things.patch('things/9', { value: 2 });
        expect(await open.text('things/9')).toContain(`${field},"Value":2`);
      });
    });

    describe('are listed', () => {
      const rows: Record<string, unknown>[] = [
        { value: '2024-01-01T10:00:00+01:00' },
        { value: '2024-01-01T09:30:00Z' },
        { value: 9007199254740992 },
        { value: 1e15 },
        { value: -0 },
        { value: 'Ärger' },
        { value: 'ärger' },
        { value: 'z' },
        { value: false },
        {},
      ];
      let lists: Repository<{ value?: unknown }>;
      beforeAll(async () => {
        lists = open.repository('Listed');
        for (const [at, row] of rows.entries()) await lists.put(`listed/${at}`, row);
      });
      const listed: [what: string, query: object, found: string][] = [
        ['by the beginning of an hour in UTC', { where: { value: { startsWith: '2024-01-01T09' } } }, '01'],
        ['by a beginning with signs of patterns', { where: { value: { startsWith: '2024-0[1]*' } } }, ''],
        ['after a moment, whatever the zone', { where: { value: { gt: '2024-01-01T10:15:00+01:00' } } }, '1'],
        ['by a bigint', { where: { value: { gte: 9007199254740993n, lt: 10n ** 16n } } }, '2'],
        ['by minus zero', { where: { value: 0 } }, '4'],
        ['by letters beyond ASCII, capitals told apart', { where: { value: { in: ['Ärger'] } } }, '5'],
      ];
      it.each(listed)('%s', async (_, query, found) => {
        await eventually(async () => {
          const { items } = await lists.list(query as ListQuery<{ value?: unknown }>);
          expect(items.map(({ id }) => id.at(-1)).join('')).toBe(found);
        });
      });
      it('in the order of what they are', async () => {
        await eventually(async () => {
          const { items } = await lists.list({ orderBy: 'value' });
          expect(items.map(({ id }) => id.at(-1)).join('')).toBe('9875643201');
        });
      });
      it.each([new Date(-1e14), new Date(1e15)])(
        'but not by a date that no store knows: %s',
        async (date) => {
          const asked = lists.list({ where: { value: { gt: date } } as object });
          await expect(asked).rejects.toThrow(/where\.value\.gt takes dates of the years 1 to 9999/);
        },
      );
    });
  });
}
