import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import type { OpenStore, StateUnderTest } from './adapters/store-under-test.ts';

export function stateStoreConformance(store: StateUnderTest): void {
  describe(`StateStore of ${store.name}`, () => {
    let open: Pick<OpenStore, 'state' | 'drop'>;
    let state: StateStore;

    beforeAll(async () => {
      open = await store.open();
      state = open.state();
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = await store.unreachable();
      await expect(away.state().read('x/1')).rejects.toThrow(UnavailableError);
      await expect(away.state().write('x/1', 'SparkKeys', {}, null)).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('gives values back as they were, odd keys and nested ones too', async () => {
      const value = {
        publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'abc' },
        byCollection: { Cars: { lastEtag: 1 }, cars: 2, $price: 3, '@metadata': 'x', '1': 'one', äpfel: [] },
        list: [{ Name: 'A' }, null, [1, 2]],
        nothing: null,
        text: 'Zoë 😀',
        yes: true,
      };
      const version = await state.write('sparkKeys/HR', 'SparkKeys', value, null);
      expect(await state.read('sparkKeys/HR')).toEqual({ id: 'sparkKeys/HR', value, version });
    });

    it('answers null for what is not there, and removing it is fine', async () => {
      expect(await state.read('sparkKeys/None')).toBeNull();
      await state.remove('sparkKeys/None');
    });

    it('writes only over the expected version', async () => {
      const first = await state.write('s/1', 'SparkRequests', { n: 1 }, null);
      await expect(state.write('s/1', 'SparkRequests', { n: 2 }, null)).rejects.toThrow(VersionConflictError);
      const second = await state.write('s/1', 'SparkRequests', { n: 2 }, first);
      await expect(state.write('s/1', 'SparkRequests', { n: 3 }, first)).rejects.toThrow(
        VersionConflictError,
      );
      expect(await state.read('s/1')).toEqual({ id: 's/1', value: { n: 2 }, version: second });
      await state.remove('s/1');
      await expect(state.write('s/1', 'SparkRequests', { n: 3 }, second)).rejects.toThrow(
        VersionConflictError,
      );
      await state.write('s/1', 'SparkRequests', { n: 4 }, null);
    });

    it('writes several in one transaction, or none when the last is not as expected', async () => {
      const write = (id: string, n: number | null) => ({
        id,
        collection: 'SparkArrivals',
        value: n === null ? null : { n },
      });
      const position = 'sparkArrivals/together';
      const ids = ['sparkArrived/together/a', 'sparkArrived/together/b'] as const;
      const values = () => state.readAll<{ n: number }>([...ids, position]);
      const first = await state.writeTogether([write(ids[0], 1), write(ids[1], 2)], {
        ...write(position, 3),
        expected: null,
      });
      expect(await values()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      const second = await state.writeTogether([write(ids[0], null), write(ids[1], 4)], {
        ...write(position, 5),
        expected: first,
      });
      expect(await state.read(position)).toEqual({ id: position, value: { n: 5 }, version: second });
      const late = state.writeTogether([write(ids[0], 6)], { ...write(position, 7), expected: first });
      await expect(late).rejects.toThrow(VersionConflictError);
      expect(await values()).toEqual([null, { n: 4 }, { n: 5 }]);
      expect(await state.readAll([])).toEqual([]);
    });

    it('lets exactly one of several writers through', async () => {
      const version = await state.write('s/race', 'SparkRequests', { n: 0 }, null);
      const racers = Array.from({ length: 8 }, (_, n) =>
        state.write('s/race', 'SparkRequests', { n }, version),
      );
      const results = await Promise.allSettled(racers);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('leaves a document in another collection alone, and does not read it as its own', async () => {
      const version = await state.write('sparkKeys/odd', 'Cars', { keyId: 'a' }, null).catch(() => null);
      await state.write('sparkKeys/own', 'SparkKeys', { keyId: 'b' }, null);
      expect(version).not.toBeNull();
      expect(await state.read('sparkKeys/odd')).toBeNull();
      expect((await state.list('sparkKeys/o')).map(({ id }) => id)).toEqual(['sparkKeys/own']);
      await state.remove('sparkKeys/odd');
      for (const expected of [null, version]) {
        const written = state.write('sparkKeys/odd', 'SparkKeys', { keyId: 'c' }, expected);
        await expect(written).rejects.toThrow('copy it to another id and delete it');
      }
    });

    it('lists by prefix, all of them', async () => {
      const ids = Array.from({ length: 1_100 }, (_, n) => `listed/${String(n).padStart(4, '0')}`);
      for (let at = 0; at < ids.length; at += 100) {
        await Promise.all(
          ids.slice(at, at + 100).map((id) => state.write(id, 'SparkSetAside', { id }, null)),
        );
      }
      await state.write('other/1', 'SparkSetAside', {}, null);
      expect((await state.list('listed/')).map(({ id }) => id).toSorted()).toEqual(ids);
      expect(await state.list('nothing/')).toEqual([]);
    });
  });
}
