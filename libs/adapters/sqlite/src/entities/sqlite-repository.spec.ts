import { afterAll, describe, expect, it } from '@jest/globals';
import { ContentRefusedError, StoreRefusedError } from '@nestjs-spark/contracts';
import { checkpointAt, copyOf } from '../fixtures/checkpoint.ts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { SqliteChangeSource } from '../read-changes/sqlite-change-source.ts';
import { SqliteChangeSink } from '../write/sqlite-change-sink.ts';
import { SqliteDocumentWriter } from './sqlite-document-writer.ts';
import { SqliteRepository } from './sqlite-repository.ts';

interface Copy {
  price?: number;
  note?: string | undefined;
  active?: boolean;
}

describe('the documents of an application', () => {
  const folder = new TemporaryFolder();
  const database = folder.open('store.db');
  const copies = new SqliteRepository<Copy>(database, { collection: 'Copies' });
  const feed = new SqliteChangeSource(database);
  afterAll(async () => {
    await feed.close();
    await folder.remove();
  });

  it('keep every sign of what a patch does not name', async () => {
    const put = copyOf(
      'copies/1',
      '{"N":9007199254740993,"Price":1.10,"At":"2026-01-01T00:00:00.1234567","Note":"x"}',
    );
    await new SqliteChangeSink(database).apply([put], checkpointAt(1), null);
    await copies.patch('COPIES/1', { active: true, note: undefined });
    const [document] = await feed.load(['Copies/1']);
    const text = Buffer.from(document?.json ?? []).toString();
    expect(text).toContain(
      '{"N":9007199254740993,"Price":1.10,"At":"2026-01-01T00:00:00.1234567","Active":true,',
    );
    expect(text).toContain('"spark-source":"Fleet/copies/1"');
    expect(document?.id).toBe('copies/1');
  });

  it('are found without regard to the case of ASCII letters in their id, and of no others', async () => {
    await copies.put('Über/Ä', { price: 1 });
    expect((await copies.get('ÜBER/Ä'))?.id).toBe('Über/Ä');
    expect(await copies.get('über/ä')).toBeNull();
    await copies.put('ÜbeR/Ä', { price: 2 });
    await copies.put('über/ä', { price: 3 });
    const found = async (id: unknown) => (await copies.list({ where: { id } as object })).items;
    expect(await found('ÜBER/Ä')).toMatchObject([{ price: 2 }]);
    expect(await found({ startsWith: 'ÜBER/' })).toMatchObject([{ price: 2 }]);
    expect(await found({ in: ['ÜBER/Ä', 'über/ä'] })).toHaveLength(2);
    expect(await copies.patch('ÜBER/Ä', { price: 4 })).toMatchObject({ id: 'Über/Ä', price: 4 });
    expect(await copies.delete('ÜBER/Ä')).not.toBeNull();
    expect(await copies.delete('ÜBER/ä')).toBeNull();
    expect(await copies.delete('über/ä')).not.toBeNull();
  });

  it('are told apart by what follows a NUL, which only other programs write', async () => {
    await expect(copies.put('nul/a\0b', { price: 1 })).rejects.toThrow(/control character U\+0000/);
    const insert = `INSERT INTO Copies (id, _document) VALUES (?, '{"Price":1}')`;
    await database.write(({ db }) => db.prepare(insert).run('nul/a\0b'));
    expect(await copies.get('nul/A\0B')).toMatchObject({ price: 1 });
    expect(await copies.get('nul/a\0c')).toBeNull();
    expect(await copies.delete('nul/a\0c')).toBeNull();
    expect((await copies.list({ where: { id: { startsWith: 'NUL/a\0' } } as object })).total).toBe(1);
    expect(await copies.delete('nul/a\0b')).not.toBeNull();
  });

  it('tell true from 1', async () => {
    await copies.put('bool/1', { active: true });
    await copies.put('bool/2', { active: 1 } as object);
    expect((await copies.list({ where: { active: true } })).items.map(({ id }) => id)).toContain('bool/1');
    expect((await copies.list({ where: { active: true } })).items.map(({ id }) => id)).not.toContain(
      'bool/2',
    );
  });

  it('get ids as RavenDB makes them, and none twice', async () => {
    const brands = new SqliteRepository<Copy>(database, { collection: 'CarBrands' });
    const people = new SqliteRepository<Copy>(database, { collection: 'People' });
    await people.put('people/2-A', {});
    expect((await brands.create({})).id).toBe('CarBrands/1-A');
    expect((await people.create({})).id).toBe('people/1-A');
    expect((await people.create({})).id).toBe('people/3-A');
  });

  it('are not reported as written or deleted when a trigger of another program ignores that', async () => {
    const declaration = { collection: 'Guarded' };
    const guarded = new SqliteRepository<Copy>(database, declaration);
    const { id } = await guarded.create({ price: 1 });
    const guards = ['INSERT', 'DELETE'].map(
      (what) => `CREATE TRIGGER no_${what} BEFORE ${what} ON Guarded BEGIN SELECT RAISE(IGNORE); END;`,
    );
    await database.write(({ db }) => db.exec(guards.join('')));
    const writer = new SqliteDocumentWriter(database);
    const ignored: [write: () => Promise<unknown>, reason: string][] = [
      [() => guarded.create({ price: 2 }), 'Document "guarded/2-A" is not written'],
      [() => guarded.put('guarded/x', { price: 2 }), 'Document "guarded/x" is not written'],
      [() => guarded.patch(id, { price: 2 }), `Document "${id}" is not written`],
      [() => guarded.delete(id), `Document "${id}" stays`],
      [
        () => writer.writeAll([{ kind: 'delete', declaration, id, version: undefined }]),
        `Document "${id}" stays`,
      ],
    ];
    for (const [write, reason] of ignored) {
      const refusal = `${reason}: a trigger on its table ignores it`;
      await expect(write()).rejects.toThrow(new ContentRefusedError(refusal, null));
      expect((await guarded.list()).items).toEqual([{ id, price: 1 }]);
    }
    expect(await guarded.delete('guarded/x')).toBeNull();
  });

  it('are in one collection only', async () => {
    const others = new SqliteRepository<Copy>(database, { collection: 'Others' });
    await copies.put('mine/1', {});
    await expect(others.put('MINE/1', {})).rejects.toThrow(StoreRefusedError);
    await expect(others.put('MINE/1', {})).rejects.toThrow(/is one of Copies/);
  });
});
