import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ContentRefusedError,
  StoreRefusedError,
  UnavailableError,
  VERSION,
  VersionConflictError,
  type Repository,
} from '@nestjs-spark/contracts';
import { Entity, SparkTransactions } from '@nestjs-spark/store';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';

class Car {
  plate!: string;
  brand?: string;
}

class CarBrand {
  name!: string;
}
// What @Entity({ collection: 'Brands' }) does.
Entity({ collection: 'Brands' })(CarBrand);

export function transactionsConformance(store: StoreUnderTest): void {
  describe(`Transactions of ${store.name}`, () => {
    let open: OpenStore;
    let transactions: SparkTransactions;
    let cars: Repository<Car>;
    let brands: Repository<CarBrand>;
    let number = 0;
    let car: string;
    let brand: string;

    beforeAll(async () => {
      open = await store.open();
      transactions = new SparkTransactions(open.writer());
      cars = open.repository<Car>('Cars');
      brands = open.repository<CarBrand>('Brands');
    });
    beforeEach(async () => {
      car = `cars/t${++number}`;
      brand = `brands/t${number}`;
      await cars.put(car, { plate: 'old' });
      await brands.put(brand, { name: 'old' });
    });
    afterAll(() => open.drop());

    const unchanged = async () => {
      expect(await cars.get(car)).toEqual({ id: car, plate: 'old' });
      expect(await brands.get(brand)).toEqual({ id: brand, name: 'old' });
    };

    it('write several collections at once and answer what the work answers', async () => {
      const made = await transactions.run(async (tx) => {
        const id = await tx.of(CarBrand).create({ name: 'Opel' });
        tx.of(Car).put(car, { plate: 'new', brand: id });
        tx.of(CarBrand).delete(brand);
        return id;
      });
      expect(made).toMatch(/^brands\/\d+-A$/);
      expect(await brands.get(made)).toEqual({ id: made, name: 'Opel' });
      expect(await cars.get(car)).toEqual({ id: car, plate: 'new', brand: made });
      expect(await brands.get(brand)).toBeNull();
    });

    it('show the state before them until they end, and take entities as they were when named', async () => {
      const entity = { plate: 'new' };
      await transactions.run(async (tx) => {
        tx.of(Car).put(car, entity);
        tx.of(CarBrand).delete(brand);
        entity.plate = 'later';
        await unchanged();
      });
      expect((await cars.get(car))?.plate).toBe('new');
    });

    it('write nothing when the work throws', async () => {
      const failed = transactions.run((tx) => {
        tx.of(Car).put(car, { plate: 'new' });
        throw new Error('changed my mind');
      });
      await expect(failed).rejects.toThrow('changed my mind');
      await unchanged();
    });

    it('write nothing when a document is not at the version given, and name it', async () => {
      const read = await cars.get(car);
      await cars.put(car, { plate: 'old' });
      const version = read?.[VERSION];
      const failed = transactions.run((tx) => {
        tx.of(CarBrand).put(brand, { name: 'new' });
        tx.of(Car).put(car, { plate: 'new' }, { version });
        tx.of(CarBrand).put('brands/never', { name: 'new' });
      });
      await expect(failed).rejects.toThrow(VersionConflictError);
      await expect(failed).rejects.toThrow(car);
      await unchanged();
      expect(await brands.get('brands/never')).toBeNull();
    });

    it('expect versions of what they delete, even of what is gone', async () => {
      const read = await brands.get(brand);
      await transactions.run((tx) => tx.of(CarBrand).delete(brand, { version: read?.[VERSION] }));
      expect(await brands.get(brand)).toBeNull();
      const gone = transactions.run((tx) => {
        tx.of(Car).delete(car);
        tx.of(CarBrand).delete(brand, { version: read?.[VERSION] });
      });
      await expect(gone).rejects.toThrow(VersionConflictError);
      expect(await cars.get(car)).not.toBeNull();
    });

    it('let one of several that expect the same version through', async () => {
      const version = (await cars.get(car))?.[VERSION];
      const attempts = Array.from({ length: 8 }, (_, n) =>
        transactions.run((tx) => {
          tx.of(Car).put(car, { plate: `by ${n}` }, { version });
          tx.of(CarBrand).put(brand, { name: `by ${n}` });
        }),
      );
      const results = await Promise.allSettled(attempts);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await brands.get(brand))?.name).toBe((await cars.get(car))?.plate);
    });

    it('pass over deletes of what is not there, or is of another collection', async () => {
      await transactions.run((tx) => {
        tx.of(Car).delete('cars/none');
        tx.of(Car).delete(brand);
        tx.of(Car).put(car, { plate: 'new' });
      });
      expect(await brands.get(brand)).not.toBeNull();
      expect((await cars.get(car))?.plate).toBe('new');
    });

    it('refuse to put or delete a document as one of another collection', async () => {
      const version = (await brands.get(brand))?.[VERSION];
      const moved = transactions.run((tx) => {
        tx.of(CarBrand).put('brands/never', { name: 'new' });
        tx.of(Car).put(brand, { plate: 'new' });
      });
      await expect(moved).rejects.toThrow(StoreRefusedError);
      const deleted = transactions.run((tx) => tx.of(Car).delete(brand, { version }));
      await expect(deleted).rejects.toThrow(StoreRefusedError);
      await unchanged();
      expect(await brands.get('brands/never')).toBeNull();
    });

    it('refuse a document that is named twice, or cannot be stored', async () => {
      const twice = transactions.run((tx) => {
        tx.of(Car).put(car, { plate: 'new' });
        tx.of(Car).delete(car.toUpperCase());
      });
      await expect(twice).rejects.toThrow(/is written twice in one transaction/);
      const half = transactions.run((tx) => {
        tx.of(CarBrand).delete(brand);
        tx.of(Car).put(car, { plate: '\ud800' });
      });
      await expect(half).rejects.toThrow(ContentRefusedError);
      await unchanged();
    });

    it('store also what was created without waiting for its id, and nothing after their end', async () => {
      let late: (() => void) | undefined;
      const [first, second] = await transactions
        .run(async (tx) => {
          late = () => tx.of(Car).put(car, { plate: 'late' });
          return { ids: [tx.of(Car).create({ plate: 'a' }), tx.of(Car).create({ plate: 'b' })] };
        })
        .then(({ ids }) => Promise.all(ids));
      expect(first).not.toBe(second);
      expect(await cars.get(first ?? '')).toEqual({ id: first, plate: 'a' });
      expect(await cars.get(second ?? '')).toEqual({ id: second, plate: 'b' });
      expect(late).toThrow(/This transaction has ended/);
      await unchanged();
    });

    it('keep ids, texts and fields that need care', async () => {
      const odd = { plate: 'q"\\\n😀', 'x y': { AB: [1.5, null] } };
      await transactions.run((tx) => {
        tx.of(Car).put(`${car}/odd "ü'`, odd);
        tx.of(Car).put(`${car}/empty`, {} as Car);
      });
      expect(await cars.get(`${car}/odd "ü'`)).toEqual({ id: `${car}/odd "ü'`, ...odd });
      expect(await cars.get(`${car}/empty`)).toEqual({ id: `${car}/empty` });
    });

    it('say that the store is away', async () => {
      const away = new SparkTransactions((await store.unreachable()).writer());
      await expect(away.run((tx) => tx.of(Car).delete('cars/1'))).rejects.toThrow(UnavailableError);
      await expect(away.run((tx) => tx.of(Car).create({ plate: 'a' }))).rejects.toThrow(UnavailableError);
      expect(await away.run(() => 'nothing to write')).toBe('nothing to write');
    });
  });
}
