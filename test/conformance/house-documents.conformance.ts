import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContentRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import { Entity, SparkTransactions } from '@nestjs-spark/store';
import { checkpointOf } from '../support/checkpoint-of.ts';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';

class Car {
  plate!: string;
}

class OddKey {
  plate!: string;
}
// What @Entity({ collection: 'SparkKeys' }) does.
Entity({ collection: 'SparkKeys' })(OddKey);

const RESERVED_IDS = ['sparkKeys/x', 'SPARKDEPLOYMENTS/x', 'spar\u212aRequests/x', 'moduleInformations/x'];
const reserved = expect.objectContaining({ kind: 'reserved' });

const CHECKPOINT = checkpointOf('Fleet/HR/Cars');

/** Nobody but Spark writes what Spark reads as its own. */
export function houseDocumentsConformance(store: StoreUnderTest): void {
  describe(`Spark's own documents in ${store.name}`, () => {
    let open: OpenStore;
    beforeAll(async () => {
      open = await store.open();
    });
    afterAll(() => open.drop());

    it.each(RESERVED_IDS)('are not written by a repository or a transaction under %p', async (id) => {
      const cars = open.repository<Car>('Cars');
      await expect(cars.put(id, { plate: 'A' })).rejects.toEqual(reserved);
      await expect(
        new SparkTransactions(open.writer()).run((tx) => tx.of(Car).put(id, { plate: 'A' })),
      ).rejects.toEqual(reserved);
      expect(await open.text(id)).toBeNull();
    });

    it('are not written, created or deleted through a repository of their collection', async () => {
      const keys = open.repository<Car>('SparkKeys');
      await open.state().write('sparkKeys/hr', 'SparkKeys', { keyId: 'k' }, null);
      await expect(keys.create({ plate: 'A' })).rejects.toEqual(reserved);
      await expect(keys.put('odd/1', { plate: 'A' })).rejects.toEqual(reserved);
      await expect(keys.patch('sparkKeys/hr', { plate: 'A' })).rejects.toEqual(reserved);
      await expect(keys.delete('sparkKeys/hr')).rejects.toEqual(reserved);
      await expect(
        new SparkTransactions(open.writer()).run((tx) => tx.of(OddKey).delete('sparkKeys/hr')),
      ).rejects.toEqual(reserved);
      expect(await open.state().read('sparkKeys/hr')).toMatchObject({ value: { keyId: 'k' } });
    });

    it('can be freed of what an older version wrote under their ids', async () => {
      await open.put('sparkKeys/old', 'Cars', '{"Plate":"A"}');
      const cars = open.repository<Car>('Cars');
      await expect(cars.patch('sparkKeys/old', { plate: 'B' })).rejects.toEqual(reserved);
      expect(await cars.delete('sparkKeys/old')).not.toBeNull();
    });

    it.each([
      ['an id', 'sparkKeys/payroll', '"@collection":"Cars"'],
      ['a collection', 'payroll/1', '"@collection":"SparkKeys"'],
      ['a collection after an escape', 'payroll/1', String.raw`"\u0040collection":"SparkKeys"`],
    ])('are not made by a copy with %s of theirs', async (_, id, collection) => {
      const document = `{"A":1,"@metadata":{${collection},"spark-source":"Fleet/x","spark-generation":"HR/cars:1"}}`;
      const commands: ChangeCommand[] = [{ type: 'put', id, document }];
      const applied = open.target().apply(commands, CHECKPOINT, null);
      await expect(applied).rejects.toThrow(ContentRefusedError);
      await expect(applied).rejects.toEqual(reserved);
      expect(await open.text(id)).toBeNull();
    });

    it('do not stop each other: a checkpoint that cannot be read is passed over in the list', async () => {
      const sink = open.target();
      const version = await sink.apply([], CHECKPOINT, null);
      await open.state().write('sparkCheckpoints/fleet/hr/odd', 'SparkCheckpoints', { to: 'far' }, null);
      expect(await sink.listCheckpoints()).toEqual([{ checkpoint: CHECKPOINT, version }]);
      await expect(sink.readCheckpoint('Fleet/HR/Odd')).rejects.toThrow('not as Spark writes it');
    });
  });
}
