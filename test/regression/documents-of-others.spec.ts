import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VERSION, type Repository } from '@nestjs-spark/contracts';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { Entity, SparkTransactions } from '@nestjs-spark/store';
import type { OpenStore } from '../conformance/adapters/store-under-test.ts';
import { stores } from '../conformance/adapters/stores.ts';

/** A document of whatever client. */
type Fields = Record<string, unknown>;

class Car {
  model?: string;
}
Entity({ collection: 'Cars' })(Car);

class Tariff {
  prices!: Record<string, unknown>;
}
Entity({ collection: 'Tariffs', dictionaries: ['prices'] })(Tariff);

const DOTNET = '"Engine":{"$type":"Fleet.Diesel, Fleet","Type":4},"Prices":{"eur":1,"USD":2}';

/** Only the field `Model` is changed; what surrounds it, and what it should be afterwards where that differs. */
const AROUND: [string, string][] = [
  ['types and dictionaries of .NET', DOTNET],
  ['a number beyond 2^53', '"Mileage":9007199254740993'],
  ['money as it is written', '"Price":1.10,"Discount":0.50,"Rate":1e3,"Big":12345678901234567890'],
  ['names that begin with a small letter', '"plate":"AB-1","owner":{"firstName":"Zoë"}'],
  ['names that differ in their first letter alone', '"name":"small","Name":"big"'],
  ['a key that JavaScript takes for the prototype', '"__proto__":{"IsAdmin":true},"constructor":"c"'],
  ['lists of objects with numbers as written', '"Lines":[{"sku":"A","Price":1.10},{"sku":"B","Price":2.00}]'],
  [
    'references as Newtonsoft writes them',
    '"Owner":{"$id":"1","Name":"Z"},"Driver":{"$ref":"1"},"Tags":{"$values":[1.0]}',
  ],
  ['JSON-LD', '"@type":"Car","Maker":{"@id":"urn:x","$Odd":1,"$$x":2}'],
  ['an id among the fields', '"Id":"cars/other","Inner":{"Id":7.0,"id":8}'],
  ['keys that are numbers, empty or of other letters', '"10":1,"2":2,"":0.0,"Ü":1,"ü":2,"a.b":[],"_x":{}'],
  ['dates in ticks', '"At":"2024-01-02T03:04:05.1234567Z","Day":"2024-01-02T00:00:00"'],
  ['what JSON has beside', '"N":null,"T":true,"E":{},"L":[[],[[]],""],"Z":-0.0,"Tiny":5e-324'],
  ['a field called toJSON, or as a method', '"ToJSON":1,"toString":2,"HasOwnProperty":{"valueOf":3}'],
];

/** What only SQLite keeps as it is written, by whatever program. */
const AROUND_ON_SQLITE: [string, string][] = [
  ['blanks', ' "A" : [ 1, 2 ] ,\n\t"B":{ }  '],
  ['members that appear twice', '"A":1,"B":2.0,"A":3'],
  ['escapes', '"\\u0041":"\\u00e9\\/","P":"\\ud83d\\ude00"'],
  ['half a pair', '"A":"\\ud83d"'],
  ['zeros with a sign', '"A":-0,"B":[-0]'],
];

const METADATA =
  '{"@expires":"2090-01-01T00:00:00.0000000Z","@refresh":"2090-01-01T00:00:00.0000000Z","Big":9007199254740993,"Raven-Clr-Type":"Fleet.Car, Fleet","own":1.10}';

for (const store of stores) {
  describeWithServers(store.needs, `documents of other clients on ${store.name}`, () => {
    let open: OpenStore;
    let cars: Repository<Fields>;
    let transactions: SparkTransactions;
    let number = 0;

    beforeAll(async () => {
      open = await store.open();
      cars = open.repository<Fields>('Cars');
      transactions = new SparkTransactions(open.writer());
    });
    afterAll(() => open.drop());

    const given = async (fields: string, metadata = METADATA): Promise<string> => {
      const id = `cars/o${++number}`;
      await open.putText(id, 'Cars', fields, metadata);
      expect(await open.parts(id)).toEqual({ fields, metadata });
      return id;
    };
    const read = async (id: string) => {
      const car = await cars.get(id);
      if (!car) throw new Error(`There is no ${id}`);
      return car;
    };
    const setModel: [string, (id: string) => Promise<unknown>][] = [
      ['patch', (id) => cars.patch(id, { model: 'y' })],
      ['get and put', async (id) => cars.put(id, Object.assign(await read(id), { model: 'y' }))],
      [
        'get and put of what was made of it, with its version',
        async (id) => {
          const car = await read(id);
          const version = car[VERSION];
          await cars.put(id, { ...car, model: 'y' }, version === undefined ? {} : { version });
        },
      ],
      [
        'list and put',
        async (id) => {
          const [car] = (await cars.list({ where: { id } })).items;
          await cars.put(id, Object.assign(car ?? {}, { model: 'y' }));
        },
      ],
      [
        'a transaction',
        async (id) => {
          const car = Object.assign(await read(id), { model: 'y' });
          await transactions.run((tx) => tx.of(Car).put(id, car));
        },
      ],
      [
        'put again of what put answered',
        async (id) => {
          const first = await cars.put(id, Object.assign(await read(id), { model: 'x2' }));
          await cars.put(id, Object.assign(first, { model: 'y' }));
        },
      ],
    ];

    const around = store.name === 'SQLite' ? [...AROUND, ...AROUND_ON_SQLITE] : AROUND;
    describe.each(around)('%s', (_, others) => {
      it.each(setModel)('stay as they are beside a field that is changed by %s', async (_how, change) => {
        const id = await given(`{"Model":"x",${others}}`);
        await change(id);
        expect(await open.parts(id)).toEqual({ fields: `{"Model":"y",${others}}`, metadata: METADATA });
      });
    });

    it('F9: keep types, dictionaries and the spelling of their names', async () => {
      const id = await given(`{"Model":"x",${DOTNET},"plate":"A","name":"small","Name":"big"}`);
      await cars.patch(id, { plate: 'B', name: 'bigger' });
      expect((await open.parts(id))?.fields).toBe(
        `{"Model":"x",${DOTNET},"plate":"B","name":"small","Name":"bigger"}`,
      );
      expect(await read(id)).toMatchObject({
        engine: { $type: 'Fleet.Diesel, Fleet', type: 4 },
        name: 'bigger',
      });
    });

    it('F10: keep numbers as they are written, beside one that is changed', async () => {
      const id = await given('{"Mileage":9007199254740993,"Price":1.10,"Power":{"Kw":1.50,"Hp":2.0}}');
      const car = await read(id);
      (car['power'] as { kw: number }).kw = 3;
      await cars.put(id, car);
      expect((await open.parts(id))?.fields).toBe(
        '{"Mileage":9007199254740993,"Price":1.10,"Power":{"Kw":3,"Hp":2.0}}',
      );
    });

    it('F11: keep the metadata that others have set, even under an entity that was never read', async () => {
      const id = await given('{"Model":"x","Gone":1.10}');
      await cars.put(id, { model: 'y' });
      expect(await open.parts(id)).toEqual({ fields: '{"Model":"y"}', metadata: METADATA });
      await transactions.run((tx) => tx.of(Car).put(id, { model: 'z' }));
      expect(await open.parts(id)).toEqual({ fields: '{"Model":"z"}', metadata: METADATA });
    });

    it('lose what the entity has lost, and get what is new in the spelling of the store', async () => {
      const id = await given(`{"Model":"x",${DOTNET},"Old":1.10,"Tags":[1.0,2.0]}`);
      const car = await read(id);
      delete car['old'];
      Object.assign(car, { horsePower: 4, tags: [2, 3] });
      await cars.put(id, car);
      expect((await open.parts(id))?.fields).toBe(`{"Model":"x",${DOTNET},"Tags":[2.0,3],"HorsePower":4}`);
      await cars.patch(id, { tags: undefined, owner: { firstName: 'Z', USD: 1 } });
      expect((await open.parts(id))?.fields).toBe(
        `{"Model":"x",${DOTNET},"HorsePower":4,"Owner":{"FirstName":"Z","$USD":1}}`,
      );
    });

    it('keep the type of a nested object whose fields are replaced, until an entity that had it drops it', async () => {
      const id = await given(`{"Model":"x",${DOTNET}}`);
      await cars.patch(id, { engine: { type: 5, power: 1 } });
      await cars.put(id, { model: 'x', engine: { type: 5 }, prices: { eur: 3 } });
      expect((await open.parts(id))?.fields).toBe(
        '{"Model":"x","Engine":{"$type":"Fleet.Diesel, Fleet","Type":5},"Prices":{"eur":3}}',
      );
      const car = await read(id);
      car['engine'] = { type: 6 };
      await cars.put(id, car);
      expect((await open.parts(id))?.fields).toBe('{"Model":"x","Engine":{"Type":6},"Prices":{"eur":3}}');
    });

    it('give their texts to a clone, which is a document of its own', async () => {
      const copy = '{"spark-etag":7,"spark-generation":"HR/cars:1","spark-source":"Fleet/cars/1"}';
      const id = await given(`{"Model":"x",${DOTNET},"Mileage":9007199254740993}`, copy);
      const clone = await cars.create(await read(id));
      expect(await open.parts(clone.id)).toEqual({
        fields: `{"Model":"x",${DOTNET},"Mileage":9007199254740993}`,
        metadata: '{}',
      });
    });

    it('are made again as they were when somebody has deleted them meanwhile, without their metadata', async () => {
      const id = await given(`{"Model":"x",${DOTNET}}`);
      const car = await read(id);
      await open.delete(id);
      await cars.put(id, Object.assign(car, { model: 'y' }));
      expect(await open.parts(id)).toEqual({ fields: `{"Model":"y",${DOTNET}}`, metadata: '{}' });
    });

    it('stay copies where they were read before, and become own documents where they are replaced unseen', async () => {
      const marks = '"spark-etag":7,"spark-generation":"HR/cars:1","spark-source":"Fleet/cars/1"';
      const id = await given('{"Model":"x"}', `{"Own":1.10,${marks}}`);
      await cars.patch(id, { model: 'y' });
      await cars.put(id, Object.assign(await read(id), { model: 'z' }));
      expect((await open.parts(id))?.metadata).toBe(`{"Own":1.10,${marks}}`);
      await cars.put(id, { model: 'mine' });
      expect((await open.parts(id))?.metadata).toBe('{"Own":1.10}');
    });

    it('take the changes of all who change different fields at once, and every number stays', async () => {
      const id = await given(`{"Model":"x",${DOTNET},"Mileage":9007199254740993}`);
      await Promise.all(Array.from({ length: 24 }, (_item, n) => cars.patch(id, { [`field${n}`]: n })));
      const fields = (await open.parts(id))?.fields ?? '';
      expect(fields.startsWith(`{"Model":"x",${DOTNET},"Mileage":9007199254740993,`)).toBe(true);
      const { model: _model, engine: _engine, prices: _prices, mileage: _mileage, ...rest } = await read(id);
      expect(rest).toEqual({
        id,
        ...Object.fromEntries(Array.from({ length: 24 }, (_item, n) => [`field${n}`, n])),
      });
    });

    it('are put whole by somebody who names no version, whatever others did since', async () => {
      const id = await given('{"Model":"x","Mileage":9007199254740993,"Color":"red"}');
      const car = await read(id);
      await cars.patch(id, { color: 'blue', mileage: 5, extra: true });
      await cars.put(id, Object.assign(car, { model: 'y' }));
      expect((await open.parts(id))?.fields).toBe('{"Model":"y","Mileage":9007199254740993,"Color":"red"}');
      await cars.patch(id, { color: 'green' });
      await transactions.run((tx) => tx.of(Car).put(id, car as Car));
      expect((await open.parts(id))?.fields).toBe('{"Model":"y","Mileage":9007199254740993,"Color":"red"}');
    });

    it('keep the keys of a declared dictionary in a transaction', async () => {
      const tariff = Object.assign(new Tariff(), { prices: { eur: 1, USD: { Net: 2 } } });
      const id = await transactions.run((tx) => tx.of(Tariff).create(tariff));
      expect((await open.parts(id))?.fields).toBe('{"Prices":{"eur":1,"USD":{"$Net":2}}}');
      await transactions.run((tx) => tx.of(Tariff).put(id, { prices: { eur: 1, GBP: 3 } }));
      expect((await open.parts(id))?.fields).toBe('{"Prices":{"eur":1,"GBP":3}}');
    });

    it('keep the keys of a dictionary that is declared, in both directions and in filters', async () => {
      const declared = open.repository<{ prices: Record<string, unknown>; model?: string }>(
        'Cars',
        undefined,
        ['prices', 'prices.*.regions'],
      );
      const prices = { eur: { net: 1 }, USD: { net: 2, regions: { east: 1, WEST: 2 } }, $x: null, '10': 1 };
      const { id } = await declared.create({ prices });
      expect((await open.parts(id))?.fields).toBe(
        '{"Prices":{"10":1,"eur":{"Net":1},"USD":{"Net":2,"Regions":{"east":1,"WEST":2}},"$x":null}}',
      );
      expect((await declared.get(id))?.prices).toEqual(prices);
      await declared.patch(id, { prices: { ...prices, GBP: 3 } });
      expect((await open.parts(id))?.fields).toContain('"$x":null,"GBP":3}');
      const where: object = { 'prices.USD.net': 2 };
      expect((await declared.list({ where })).items.map((car) => car.id)).toEqual([id]);
    });
  });
}
