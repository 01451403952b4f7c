import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  CHANGE,
  StoreRefusedError,
  UnavailableError,
  VERSION,
  VersionConflictError,
  type Repository,
} from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import { UNUSUAL_IDS } from '../regression/unusual-ids.ts';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';

interface Car {
  licensePlate: string;
  year: number;
  color?: string | null;
  owner?: { firstName: string; phones: { homeNumber: string }[] };
}

async function idsOf(all: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of all) ids.push(id);
  return ids;
}

export function repositoryConformance(store: StoreUnderTest): void {
  describe(`Repository of ${store.name}`, () => {
    let open: OpenStore;
    let cars: Repository<Car>;
    let number = 0;
    let collection: string;

    beforeAll(async () => {
      open = await store.open();
    });
    beforeEach(() => {
      collection = `Cars${++number}`;
      cars = open.repository<Car>(collection);
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = (await store.unreachable()).repository<Car>('Cars');
      await expect(away.get('cars/1')).rejects.toThrow(UnavailableError);
      await expect(away.list()).rejects.toThrow(UnavailableError);
      await expect(away.exists('cars/1')).rejects.toThrow(UnavailableError);
      await expect(away.count()).rejects.toThrow(UnavailableError);
      await expect(idsOf(away.all())).rejects.toThrow(UnavailableError);
      await expect(away.create({ licensePlate: 'A', year: 1 })).rejects.toThrow(UnavailableError);
    });

    it('gives a new document an id of its collection and keeps its fields, nested ones too', async () => {
      const owner = { firstName: 'Zoë 😀', phones: [{ homeNumber: '1' }] };
      const made = await cars.create({ licensePlate: 'AB-1', year: 2020, owner, color: null });
      expect(made.id).toMatch(new RegExp(`^${collection}/\\d+`, 'i'));
      expect(await cars.get(made.id)).toEqual({
        id: made.id,
        licensePlate: 'AB-1',
        year: 2020,
        owner,
        color: null,
      });
      const again = await cars.create({ licensePlate: 'AB-2', year: 2020 });
      expect(again.id).not.toBe(made.id);
    });

    it('answers null for what is not there, or is of another collection', async () => {
      expect(await cars.get('cars/none')).toBeNull();
      await open.put('people/1', 'People', '{}');
      expect(await cars.get('people/1')).toBeNull();
      expect(await cars.delete('people/1')).toBeNull();
      expect(await open.text('people/1')).not.toBeNull();
    });

    it('finds what another program stored by the rule of its store, and puts over it', async () => {
      const id = `${collection}/ÄÖ-İ-ΟΔΟΣ`;
      await open.put(id, collection, '{"LicensePlate":"A","Year":1}');
      expect(await cars.get(`${collection.toUpperCase()}/ÄÖ-İ-ΟΔΟΣ`)).toMatchObject({ id, year: 1 });
      await cars.put(id, { licensePlate: 'A', year: 2 });
      expect((await cars.list()).items).toMatchObject([{ year: 2 }]);
      expect(await cars.delete(`${collection.toUpperCase()}/ÄÖ-İ-ΟΔΟΣ`)).not.toBeNull();
      expect(await open.ids(`${collection}/`)).toEqual([]);
    });

    it.each(UNUSUAL_IDS)('takes a document whose id is $what, or says why not', async ({ id, refused }) => {
      const put = cars.put(id, { licensePlate: 'A', year: 1 });
      if (refused === undefined) {
        expect((await put).id).toBe(id);
        expect(await cars.get(id)).toMatchObject({ id, year: 1 });
        expect(await cars.delete(id)).not.toBeNull();
      } else {
        await expect(put).rejects.toThrow(refused);
        expect(await cars.get(id)).toBeNull();
        expect(await cars.delete(id)).toBeNull();
      }
    });
    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'takes %s for an id and for a collection as any other',
      async (name) => {
        const odd = open.repository<{ model: string }>(name);
        expect(await odd.get(name)).toBeNull();
        await odd.put(name, { model: 'x' });
        expect({ ...(await odd.get(name)) }).toEqual({ id: name, model: 'x' });
        await eventually(async () => expect((await odd.list({ where: { model: 'x' } })).total).toBe(1));
        expect(await odd.patch(name, { model: 'y' })).toEqual({ id: name, model: 'y' });
        expect(await odd.delete(name)).not.toBeNull();
        expect((await open.repository<{ model: string }>(`More-${name}`).create({ model: 'x' })).id).toMatch(
          /\d/,
        );
      },
    );

    it('replaces a document, or makes it', async () => {
      const made = await cars.put(`${collection}/odd id ü`, { licensePlate: 'A', year: 1, color: 'red' });
      expect(made.id).toBe(`${collection}/odd id ü`);
      await cars.put(made.id, { licensePlate: 'B', year: 2 });
      expect(await cars.get(made.id)).toEqual({ id: made.id, licensePlate: 'B', year: 2 });
    });

    it('replaces only the version that was read, when told so', async () => {
      const made = await cars.create({ licensePlate: 'A', year: 1 });
      const version = made[VERSION];
      expect((await cars.get(made.id))?.[VERSION]).toBe(version);
      await cars.put(made.id, { licensePlate: 'B', year: 1 }, { version });
      await expect(cars.put(made.id, { licensePlate: 'C', year: 1 }, { version })).rejects.toThrow(
        VersionConflictError,
      );
      expect((await cars.get(made.id))?.licensePlate).toBe('B');
      expect(JSON.parse(JSON.stringify(made))).toEqual({ id: made.id, licensePlate: 'A', year: 1 });
    });

    it('changes only the named fields, and loses none of several changes at once', async () => {
      const made = await cars.create({ licensePlate: 'A', year: 1, color: 'red' });
      await Promise.all([cars.patch(made.id, { year: 2 }), cars.patch(made.id, { color: 'blue' })]);
      expect(await cars.get(made.id)).toEqual({ id: made.id, licensePlate: 'A', year: 2, color: 'blue' });
      expect(await cars.patch('cars/none', { year: 3 })).toBeNull();
    });

    it('says of each write which change of the database it is, in their order', async () => {
      const feed = open.feed();
      const { databaseId } = await feed.identify('Fleet/HR/Cars');
      const made = await cars.create({ licensePlate: 'A', year: 1 });
      const put = await cars.put(made.id, { licensePlate: 'B', year: 1 });
      const patched = await cars.patch(made.id, { year: 2 });
      const read = await cars.get(made.id);
      const changes = [
        made[CHANGE],
        put[CHANGE],
        patched?.[CHANGE],
        (await cars.delete(made.id)) ?? undefined,
      ];
      expect(changes.map((change) => change?.databaseId)).toEqual(changes.map(() => databaseId));
      const etags = changes.map((change) => change?.etag ?? 0);
      expect(etags).toEqual(etags.toSorted((a, b) => a - b));
      expect(new Set(etags).size).toBe(etags.length);
      const from = etags.at(-1) ?? 0;
      const page = await feed.read({ collection, from, deletesAfter: 0, limit: 10, fresh: true });
      expect(page.changes).toMatchObject([{ kind: 'delete', etag: from }]);
      expect(read?.[CHANGE]).toEqual(patched?.[CHANGE]);
    });

    it('deletes and says whether there was something', async () => {
      const made = await cars.create({ licensePlate: 'A', year: 1 });
      expect(await cars.delete(made.id)).not.toBeNull();
      expect(await cars.delete(made.id)).toBeNull();
      expect(await cars.get(made.id)).toBeNull();
    });

    it('deletes only the version that was read, when told so', async () => {
      const made = await cars.create({ licensePlate: 'A', year: 1 });
      const { [VERSION]: version = '' } = made;
      const changed = await cars.put(made.id, { licensePlate: 'B', year: 1 });
      await expect(cars.delete(made.id, { version })).rejects.toThrow(VersionConflictError);
      await expect(cars.delete('cars/none', { version })).rejects.toThrow(VersionConflictError);
      expect((await cars.get(made.id))?.licensePlate).toBe('B');
      expect(await cars.delete(made.id, { version: changed[VERSION] ?? '' })).not.toBeNull();
      expect(await cars.get(made.id)).toBeNull();
    });

    it('lists pages in order, with how many there are, what was just written included', async () => {
      for (const [plate, year] of Object.entries({ c: 10, a: 9, b: 100 })) {
        await cars.put(`${collection}/${plate}`, { licensePlate: plate, year });
      }
      const plates = async (query?: Parameters<typeof cars.list>[0]) => {
        const page = await cars.list(query);
        return [...page.items.map(({ licensePlate }) => licensePlate), page.total];
      };
      const last = { orderBy: 'licensePlate', descending: true, take: 1, skip: 1 } as const;
      // The first list by a field has RavenDB make an index, for which it waits only so long.
      await eventually(async () => {
        expect(await plates()).toEqual(['a', 'b', 'c', 3]);
        expect(await plates({ orderBy: 'year' })).toEqual(['a', 'c', 'b', 3]);
      });
      await cars.put(`${collection}/d`, { licensePlate: 'd', year: 1 });
      expect(await plates({ descending: true })).toEqual(['d', 'c', 'b', 'a', 4]);
      expect(await plates({ orderBy: 'year' })).toEqual(['d', 'a', 'c', 'b', 4]);
      expect(await plates(last)).toEqual(['c', 4]);
    });

    it('finds by equal fields, exactly', async () => {
      await cars.put(`${collection}/1`, { licensePlate: 'ab', year: 1, color: 'red' });
      await cars.put(`${collection}/2`, { licensePlate: 'AB', year: 1, color: "o'red\\" });
      await cars.put(`${collection}/3`, { licensePlate: 'AB', year: 2, color: null });
      const found = async (where: Partial<Car>) =>
        (await cars.list({ where })).items.map(({ id }) => id.at(-1));
      await eventually(async () => {
        expect(await found({ licensePlate: 'AB' })).toEqual(['2', '3']);
        expect(await found({ licensePlate: 'AB', year: 1 })).toEqual(['2']);
        expect(await found({ color: "o'red\\" })).toEqual(['2']);
        expect(await found({ color: null })).toEqual(['3']);
        expect(await found({ year: 3 })).toEqual([]);
      });
    });

    it('says whether a document is in the collection, by the rule of its store', async () => {
      expect(await cars.exists('cars/none')).toBe(false);
      const { id } = await cars.create({ licensePlate: 'A', year: 1 });
      expect(await cars.exists(id)).toBe(true);
      expect(await cars.exists(id.toUpperCase())).toBe(true);
      expect(await open.repository('People').exists(id)).toBe(false);
      expect(await cars.exists('')).toBe(false);
      await cars.delete(id);
      expect(await cars.exists(id)).toBe(false);
    });

    it('counts all of the collection, or what matches', async () => {
      expect(await cars.count()).toBe(0);
      expect(await cars.count({ year: 1 })).toBe(0);
      for (const year of [1, 1, 2]) await cars.create({ licensePlate: 'A', year });
      expect(await cars.count()).toBe(3);
      expect(await cars.count({ year: 1 })).toBe(2);
      expect(await cars.count({ year: { gt: 2 } })).toBe(0);
      await expect(cars.count({ year: { near: 1 } as never })).rejects.toThrow(StoreRefusedError);
    });

    it('gives every document once in the order of ids, whatever their number and their letters', async () => {
      const odd = ['É', 'é2', '😀', '_', ' a', 'B', 'a', "o'", '\\'].map((key) => `${collection}/${key}`);
      const numbers = Array.from({ length: 300 }, (_, at) => `${collection}/${at}`);
      const written = [...odd, ...numbers];
      for (const [at, id] of written.entries()) await cars.put(id, { licensePlate: 'A', year: at % 2 });
      const all = await idsOf(cars.all());
      expect(all.toSorted()).toEqual(written.toSorted());
      const odds = await idsOf(cars.all({ year: 1 }));
      expect(odds.toSorted()).toEqual(written.filter((_, at) => at % 2 === 1).toSorted());
      expect(odds).toEqual(all.filter((id) => odds.includes(id)));
      await expect(idsOf(cars.all({ year: { near: 1 } as never }))).rejects.toThrow(StoreRefusedError);
    });

    it('gives what stays exactly once while the others are deleted', async () => {
      const ids = Array.from({ length: 300 }, (_, at) => `${collection}/${String(at).padStart(3, '0')}`);
      for (const id of ids) await cars.put(id, { licensePlate: 'A', year: 1 });
      const seen: string[] = [];
      for await (const { id } of cars.all()) {
        seen.push(id);
        if (seen.length % 2 === 1) await cars.delete(id);
      }
      expect(seen).toEqual(ids);
    });
  });
}
