import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Entity,
  InjectRepository,
  OnReplicated,
  Replicated,
  ReplicationStatus,
  Repository,
  Shared,
  SparkModule,
  type Arrival,
} from '@nestjs-spark/core';
import { SparkTesting } from './index.ts';

@Entity()
@Replicated({ sourceModule: 'Shop', sourceCollection: 'Orders', fields: ['sku', 'placedAt'] })
class Order {
  sku!: string;
  placedAt?: string;
}

@Entity()
@Replicated({
  sourceModule: 'Fleet',
  sourceCollection: 'Cars',
  etlScript: `
    if (this.Broken) throw new Error('no such car');
    if (this.Year >= 2000) loadToCars({ Plate: this.LicensePlate, Brand: load(this.BrandId).Name });`,
})
class Car {
  plate!: string;
  brand!: string;
}

@Entity()
@Replicated({ sourceModule: 'Fleet', sourceCollection: 'Brands', fields: ['name'] })
class Brand {
  name!: string;
}

@Entity()
@Shared({ with: ['Audit'] })
class Invoice {
  total!: number;
}

@Injectable()
class Garage {
  readonly cars: Repository<Car>;
  readonly orders: Repository<Order>;

  constructor(
    @InjectRepository(Car) cars: Repository<Car>,
    @InjectRepository(Order) orders: Repository<Order>,
  ) {
    this.cars = cars;
    this.orders = orders;
  }
}

@Injectable()
class Shelf {
  readonly heard: string[] = [];
  isFull = false;

  @OnReplicated(Order)
  orderCame({ kind, id, document }: Arrival<Order>): void {
    if (this.isFull) throw new Error('the shelf is full');
    this.heard.push(`${kind} ${id} ${document?.sku}`);
  }
}

@Module({
  imports: [
    SparkModule.forRoot({ moduleName: 'Billing', store: 'ravendb', natsUrl: 'nats://nowhere.invalid' }),
    SparkModule.forFeature([Order, Car, Brand, Invoice]),
  ],
  providers: [Garage, Shelf],
})
class AppModule {}

let app: INestApplication | null = null;
afterEach(async () => {
  await app?.close();
  app = null;
});

async function start(spark: SparkTesting, root: Type = AppModule): Promise<INestApplication> {
  const module = await spark.override(Test.createTestingModule({ imports: [root] })).compile();
  app = module.createNestApplication({ logger: false });
  return app.init();
}

describe('An application under test', () => {
  it('waits for its owners until the test brings them up, and is then complete', async () => {
    const spark = new SparkTesting();
    const status = (await start(spark)).get(ReplicationStatus);
    expect(status.isComplete('Shop', 'Orders')).toBe(false);
    await spark.complete();
    expect(status.tasks().map(({ complete }) => complete)).toEqual([true, true, true]);
  });

  it('has what owners write, as its own declarations make it, and loses what they delete', async () => {
    const spark = new SparkTesting();
    const { orders, cars } = (await start(spark)).get(Garage);
    await spark.arrive(Order, 'orders/1-A', { sku: 'A-1', amount: 3, placedAt: new Date(0) });
    expect(await orders.get('orders/1-A')).toEqual({
      id: 'orders/1-A',
      sku: 'A-1',
      placedAt: '1970-01-01T00:00:00.000Z',
    });
    await spark.arrive(Brand, 'brands/1-A', { name: 'Opel' });
    await spark.arrive(Car, 'cars/1-A', { licensePlate: 'X', year: 2001, brandId: 'brands/1-A' });
    await spark.arrive(Car, 'cars/2-A', { LicensePlate: 'Y', Year: 1999 });
    expect((await cars.list()).items).toEqual([{ id: 'cars/1-A', plate: 'X', brand: 'Opel' }]);
    await spark.remove(Car, 'cars/1-A');
    expect(await cars.count()).toBe(0);
  });

  it('has its handlers told of what arrives, changes and goes, and of nothing that is as it was', async () => {
    const spark = new SparkTesting();
    const { heard } = (await start(spark)).get(Shelf);
    await spark.arrive(Order, 'orders/1-A', { sku: 'A' });
    await spark.arrive(Order, 'orders/1-A', { sku: 'B' });
    await spark.arrive(Order, 'orders/1-A', { sku: 'B', amount: 2 });
    await spark.remove(Order, 'orders/1-A');
    await spark.arrive(Order, 'orders/1-A', { sku: 'C' });
    expect(heard).toEqual([
      'arrived orders/1-A A',
      'changed orders/1-A B',
      'gone orders/1-A undefined',
      'arrived orders/1-A C',
    ]);
  });

  it('shows why a handler could not be told, which is then told of the others and, once the copy changes, of that one', async () => {
    const spark = new SparkTesting();
    const shelf = (await start(spark)).get(Shelf);
    shelf.isFull = true;
    await expect(spark.arrive(Order, 'orders/1-A', { sku: 'A' })).rejects.toThrow(
      'orders/1-A of Shop has arrived, but Shelf.orderCame threw: the shelf is full',
    );
    shelf.isFull = false;
    await spark.arrive(Order, 'orders/1-A', { sku: 'B' });
    expect(shelf.heard).toEqual(['arrived orders/1-A B']);
  });

  it('says what it wants and what it shares', async () => {
    const spark = new SparkTesting();
    await start(spark);
    expect(spark.wanted.map(({ owner, collection, entity }) => [owner, collection, entity])).toEqual([
      ['Shop', 'Orders', Order],
      ['Fleet', 'Cars', Car],
      ['Fleet', 'Brands', Brand],
    ]);
    expect(spark.shared).toEqual([{ collection: 'Invoices', with: ['Audit'] }]);
  });

  it('shows why a document does not arrive', async () => {
    const spark = new SparkTesting();
    await start(spark);
    await expect(spark.arrive(Car, 'cars/3-A', { broken: true })).rejects.toThrow(
      /cars\/3-A of Fleet was set aside: .*no such car/,
    );
    await expect(spark.arrive(Invoice, 'invoices/1-A', {})).rejects.toThrow(
      /declares no copies of Invoice, only of Order of Shop, Car of Fleet, Brand of Fleet/,
    );
  });

  it('is told to be overridden first', () => {
    expect(() => new SparkTesting().wanted).toThrow('No application is under test');
  });
});
