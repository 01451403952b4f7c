import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContentRefusedError, VERSION, type Repository } from '@nestjs-spark/contracts';
import { Decimal, Field, mapOf, setOf, type FieldConverter } from '@nestjs-spark/store';
import { eventually } from '@nestjs-spark/servers/testing';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';
import { REFUSED_VALUES } from './refused-values.ts';

class Address {
  city!: string;
  @Field() since!: Date;

  get label(): string {
    return `in ${this.city}`;
  }
}

/** Any decorator of any library has TypeScript note the type. */
const noted: PropertyDecorator = () => undefined;

const hex: FieldConverter = {
  read: (stored) => Buffer.from(String(stored), 'hex'),
  write: (value) => (value as Buffer).toString('hex'),
};

class Car {
  name?: string;
  @Field(() => Date) bought?: Date | null;
  @noted sold?: Date;
  @Field(() => [Date]) services?: Date[];
  @Field() garage?: Address;
  @noted former?: Address;
  @Field(() => [Address]) garages?: Address[];
  @Field(() => mapOf(Number)) prices?: Map<string, number>;
  @Field(() => mapOf(setOf(Date))) visits?: Map<string, Set<Date>>;
  @Field(() => setOf(String)) tags?: Set<string>;
  @Field() mileage?: bigint;
  @Field(() => Decimal) price?: string;
  @Field(() => [Decimal]) rates?: string[];
  @Field(() => hex) key?: Buffer;

  get label(): string {
    return `the ${this.name}`;
  }

  get plate(): string {
    return 'ZH 0';
  }

  set plate(plate: string) {
    throw new Error(`${plate} cannot be set`);
  }

  describe(): string {
    return this.label;
  }
}

export function valuesConformance(store: StoreUnderTest): void {
  describe(`Values in documents of ${store.name}`, () => {
    let open: OpenStore;
    let cars: Repository<Car>;
    let plain: Repository<Record<string, unknown>>;

    beforeAll(async () => {
      open = await store.open();
      cars = open.repository<Car>('Cars', Car.prototype);
      plain = open.repository('Plains');
    });
    afterAll(() => open.drop());

    const stored = async (id: string) => {
      const { '@metadata': _, ...fields } = JSON.parse((await open.text(id)) ?? '{}') as Record<
        string,
        unknown
      >;
      return fields;
    };
    const carOf = (fields: Partial<Car>) => Object.assign(new Car(), fields);

    it('come back as the class declares them, nested ones too', async () => {
      const at = new Date('2026-01-02T03:04:05.006Z');
      const garage = Object.assign(new Address(), { city: 'Bern', since: at });
      const car = carOf({
        name: 'x',
        bought: at,
        sold: at,
        services: [at, at],
        garage,
        former: garage,
        garages: [garage],
        prices: new Map([
          ['eur', 1.5],
          ['__proto__', 2],
        ]),
        visits: new Map([['Bern', new Set([at])]]),
        tags: new Set(['a', 'b']),
        mileage: 12345678901234567890n,
        price: '1.10',
        rates: ['0.10', '100000000000000000000.01'],
        key: Buffer.from('beef', 'hex'),
      });
      const put = await cars.put('cars/1', car);
      const { items } = await eventually(async () => {
        const page = await cars.list({ where: { id: 'cars/1' } });
        expect(page.total).toBe(1);
        return page;
      });
      for (const found of [put, await cars.get('cars/1'), items[0]]) {
        expect(found).toEqual({ id: 'cars/1', ...car });
        expect(found).toBeInstanceOf(Car);
        expect(found?.garage).toBeInstanceOf(Address);
        expect(found?.former?.label).toBe('in Bern');
        expect(found?.garages?.[0]?.since.getTime()).toBe(at.getTime());
      }
      const text = await open.text('cars/1');
      expect(text).toMatch(/"Price":1\.10,"Rates":\[0\.10,100000000000000000000\.01\]/);
      expect(text).toMatch(/"Mileage":12345678901234567890/);
      expect(text).toMatch(/"Key":"beef"/);
    });

    it('come back from a patch as declared, and what it does not name stays', async () => {
      await cars.put('cars/2', carOf({ name: 'x', price: '2.50', bought: new Date(0) }));
      const patched = await cars.patch('cars/2', {
        prices: new Map([['usd', 3]]),
        mileage: 9007199254740993n,
      });
      expect(patched?.prices).toEqual(new Map([['usd', 3]]));
      expect(patched?.mileage).toBe(9007199254740993n);
      expect(patched?.price).toBe('2.50');
      expect(await open.text('cars/2')).toMatch(/"Price":2\.50.*"Mileage":9007199254740993/);
    });

    it('that do not fit what is declared come back as they stand, so that a page does not fail', async () => {
      const odd =
        '{"Bought":"soon","Sold":5,"Services":"x","Garage":"none","Garages":[1],"Prices":[1],"Tags":"t","Mileage":1.5,"Price":"free","Rates":null,"Key":7}';
      await open.put('cars/3', 'Cars', odd);
      const car = await cars.get('cars/3');
      expect({ ...car }).toEqual({
        id: 'cars/3',
        bought: 'soon',
        sold: 5,
        services: 'x',
        garage: 'none',
        garages: [1],
        prices: [1],
        tags: 't',
        mileage: 1.5,
        price: 'free',
        rates: null,
        key: Buffer.from('7', 'hex'),
      });
    });

    it('of other clients are read too: every way in which .NET and JavaScript write a point in time', async () => {
      await open.put(
        'cars/4',
        'Cars',
        '{"Bought":"2026-01-02T03:04:05.0060000","Services":["2026-01-02","2026-01-02T04:04:05.006+01:00"]}',
      );
      const car = await cars.get('cars/4');
      expect(car?.bought).toEqual(new Date('2026-01-02T03:04:05.006Z'));
      expect(car?.services).toEqual([new Date('2026-01-02T00:00:00Z'), new Date('2026-01-02T03:04:05.006Z')]);
    });

    it('that a class computes are neither stored nor read, and methods stay methods', async () => {
      await open.put(
        'cars/5',
        'Cars',
        '{"Name":"x","Label":"stored","Plate":"ZH 1","Describe":"stored","Garage":{"City":"Bern","Label":"y"}}',
      );
      const car = await cars.get('cars/5');
      expect(car?.label).toBe('the x');
      expect(car?.plate).toBe('ZH 0');
      expect(car?.describe()).toBe('the x');
      expect(car?.garage?.label).toBe('in Bern');
      await cars.put('cars/6', carOf({ name: 'z' }));
      expect(await stored('cars/6')).toEqual({ Name: 'z' });
    });

    it.each(['__proto__', 'Constructor', 'ToString', 'HasOwnProperty', 'ToJSON', 'Then', 'ValueOf'])(
      'under the name %s are a field like others, and change nothing else',
      async (name) => {
        const json = `{"${name}":{"IsAdmin":true},"Inner":{"${name}":{"IsAdmin":true}},"Name":"x"}`;
        await open.put('cars/7', 'Cars', json);
        const car = await cars.get('cars/7');
        expect(car).toBeInstanceOf(Car);
        expect(car && 'isAdmin' in car).toBe(false);
        expect(Object.getPrototypeOf(car)).toBe(Car.prototype);
        expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
        if (!car) throw new Error('it was put');
        const put = await cars.put('cars/8', { ...car } as unknown as Car);
        expect(Object.getPrototypeOf(put)).toBe(Car.prototype);
        await cars.patch('cars/8', { name: 'y' });
        expect(await stored('cars/8')).toEqual({ ...(JSON.parse(json) as object), Name: 'y' });
      },
    );

    it.each(REFUSED_VALUES)('%s is refused with the name of its field', async (_, value, path, message) => {
      const writes = [
        () => plain.put('plains/no', { value }),
        () => plain.create({ value }),
        () => plain.patch('plains/one', { value }),
      ];
      await plain.put('plains/one', { value: 1 });
      for (const write of writes) {
        const written = write();
        await expect(written).rejects.toThrow(ContentRefusedError);
        await expect(written).rejects.toThrow(message);
        await expect(written).rejects.toThrow(path);
      }
      expect(await plain.get('plains/no')).toBeNull();
      expect(await stored('plains/one')).toEqual({ Value: 1 });
    });

    it('of classes with toJSON, boxed ones, minus zero and undefined fields are kept as JSON has them', async () => {
      const put = await plain.put('plains/2', {
        url: new URL('http://a/b'),
        boxed: [Object(1), Object('x')],
        zero: -0,
        none: undefined,
        bare: Object.assign(Object.create(null) as object, { a: 1 }),
        self: { toJSON: () => 'short' },
      });
      expect(JSON.parse(JSON.stringify(put))).toEqual({
        id: 'plains/2',
        url: 'http://a/b',
        boxed: [1, 'x'],
        zero: 0,
        bare: { a: 1 },
        self: 'short',
      });
      expect(put[VERSION]).toEqual(expect.any(String));
    });

    it('of the same object in two places are kept twice, and a repeated one is not a circle', async () => {
      const shared = { a: 1 };
      expect(await plain.put('plains/3', { x: shared, y: [shared, shared] })).toMatchObject({
        x: { a: 1 },
        y: [{ a: 1 }, { a: 1 }],
      });
    });

    it('are found by numbers of more digits than a double has, as doubles', async () => {
      const ids = [
        2n ** 53n + 1n,
        2n ** 53n,
        1234567890123456789n,
        12345678901234567890n,
        5n,
        -(2n ** 53n) - 1n,
      ];
      const numbered = open.repository<Car>('Numbered', Car.prototype);
      for (const [at, mileage] of ids.entries()) await numbered.put(`numbered/${at}`, carOf({ mileage }));
      const found = async (mileage: object | bigint) =>
        (await numbered.list({ where: { mileage } as object })).items.map(({ id }) => id.at(-1)).join('');
      await eventually(async () => {
        for (const [at, mileage] of ids.entries()) {
          const bound = Number(mileage);
          const those = (fits: (value: number) => boolean) =>
            ids.flatMap((id, of) => (fits(Number(id)) ? [String(of)] : [])).join('');
          expect(await found(mileage)).toContain(String(at));
          expect(await found(mileage)).toBe(those((value) => value === bound));
          expect(await found({ in: [mileage, 7n] })).toBe(those((value) => value === bound));
          expect(await found({ ne: mileage })).toBe(those((value) => value !== bound));
          expect(await found({ gt: mileage })).toBe(those((value) => value > bound));
          expect(await found({ gte: mileage })).toBe(those((value) => value >= bound));
          expect(await found({ lt: mileage })).toBe(those((value) => value < bound));
          expect(await found({ lte: mileage })).toBe(those((value) => value <= bound));
        }
      });
    });

    it('are found by digits, dates and Maps as declared', async () => {
      const shelf = open.repository<Car>('Shelf', Car.prototype);
      await shelf.put(
        'shelf/1',
        carOf({ price: '9.90', mileage: 5n, prices: new Map([['eur', 1]]), bought: new Date(5) }),
      );
      await shelf.put(
        'shelf/2',
        carOf({ price: '10.00', mileage: 50n, prices: new Map([['eur', 2]]), bought: new Date(6) }),
      );
      const ids = async (query: Parameters<typeof shelf.list>[0]) =>
        (await shelf.list(query)).items.map(({ id }) => id.at(-1)).join('');
      await eventually(async () => {
        expect(await ids({ where: { price: { gt: '9.9' } } })).toBe('2');
        expect(await ids({ where: { price: '10' } })).toBe('2');
        expect(await ids({ where: { mileage: { in: [5n, 7n] } } })).toBe('1');
        expect(await ids({ where: { 'prices.eur': 2 } as object })).toBe('2');
        expect(await ids({ where: { bought: { lte: new Date(5) } } })).toBe('1');
        expect(await ids({ orderBy: 'price', descending: true })).toBe('21');
      });
    });
  });
}
