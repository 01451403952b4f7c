import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { SqliteRepository } from './sqlite-repository.ts';
import { allTables, declareTables, tableOf } from './tables.ts';

interface Car {
  brand: string;
  year: number;
}

describe('the tables of an application', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('get an index that is declared later, over the documents that are there', async () => {
    const database = folder.open('index.db');
    await declareTables(database, [{ collection: 'Cars' }]);
    const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    await cars.put('cars/1', { brand: 'A', year: 1 });
    const declaration = { collection: 'Cars', indexes: ['brand', 'year'] };
    await declareTables(database, [declaration]);
    await declareTables(database, [declaration]);
    await cars.put('cars/2', { brand: 'B', year: 2 });
    expect((await cars.list({ where: { brand: 'A' } })).items).toMatchObject([{ id: 'cars/1' }]);
    await database.read((open) => {
      const plan = open.rows<{ detail: string }>(`EXPLAIN QUERY PLAN SELECT 1 FROM Cars WHERE "Brand" = 'A'`);
      expect(plan[0]?.detail).toContain('Cars_by_Brand');
      expect(open.rows('SELECT what FROM spark_migrations')).toMatchObject([
        { what: "Spark's own tables" },
        { what: 'table Cars for Cars' },
        { what: 'index on Brand of Cars' },
        { what: 'index on Year of Cars' },
      ]);
    });
  });

  it('are searched by what is in the documents, whatever columns other programs have added', async () => {
    const database = folder.open('other-columns.db');
    const declaration = { collection: 'Cars', indexes: ['brand'] };
    await declareTables(database, [declaration]);
    const cars = new SqliteRepository<Car>(database, declaration);
    await cars.put('cars/1', { brand: 'A', year: 9 });
    await database.write((open) => open.db.exec("ALTER TABLE Cars ADD COLUMN Year TEXT DEFAULT 'unknown'"));
    for (const indexes of [['brand'], ['brand', 'year']]) {
      await declareTables(database, [{ collection: 'Cars', indexes }]);
      expect((await cars.list({ where: { year: { gte: 9 } }, orderBy: 'year' })).total).toBe(1);
      expect(await cars.count({ year: { ne: 9 } })).toBe(0);
    }
  });

  it('keep the columns of other programs as they were added when an index is added', async () => {
    const database = folder.open('kept-columns.db');
    await declareTables(database, [{ collection: 'Cars', indexes: ['year'] }]);
    const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
    await cars.put('cars/1', { brand: 'A, (B)', year: 1 });
    await database.write((open) =>
      open.db.exec(`
        ALTER TABLE Cars ADD COLUMN note TEXT COLLATE NOCASE DEFAULT 'a, b' CHECK (note <> 'no, (');
        ALTER TABLE Cars ADD COLUMN [my (brand] AS (_document ->> '$.Brand' || ', ' || note) VIRTUAL;
        CREATE INDEX cars_by_my_brand ON Cars ([my (brand]);
        UPDATE Cars SET note = 'seen';`),
    );
    await declareTables(database, [{ collection: 'Cars', indexes: ['brand'] }]);
    await cars.put('cars/2', { brand: 'C', year: 2 });
    await database.read((open) => {
      const sql = `SELECT id, note, [my (brand] AS brand FROM Cars INDEXED BY cars_by_my_brand WHERE [my (brand] > '' AND note < 'T'`;
      expect(open.rows(sql)).toEqual([
        { id: 'cars/1', note: 'seen', brand: 'A, (B), seen' },
        { id: 'cars/2', note: 'a, b', brand: 'C, a, b' },
      ]);
    });
    const refused = database.write((open) => open.db.exec("UPDATE Cars SET note = 'no, ('"));
    await expect(refused).rejects.toThrow(/CHECK constraint failed/);
  });

  it('are called as declared, and stay where the documents are', async () => {
    const database = folder.open('named.db');
    await declareTables(database, [{ collection: 'People', table: 'staff' }]);
    await new SqliteRepository<{ n: number }>(database, { collection: 'People' }).put('people/1', { n: 1 });
    expect(await database.read((open) => open.number('SELECT count(*) AS value FROM staff'))).toBe(1);
    const moved = declareTables(database, [{ collection: 'People', table: 'employees' }]);
    await expect(moved).rejects.toThrow(StoreRefusedError);
    await expect(moved).rejects.toThrow(/is stored in the table staff/);
  });

  it('do not take a table that somebody else has made, and all is left as it was', async () => {
    const database = folder.open('taken.db');
    await database.write((open) => open.db.exec('CREATE TABLE Cars (id TEXT)'));
    const declared = declareTables(database, [{ collection: 'People' }, { collection: 'Cars' }]);
    await expect(declared).rejects.toThrow(/Cars, which exists and is not Spark's/);
    expect(await database.read((open) => open.rows('SELECT name FROM spark_tables'))).toEqual([]);
  });

  it.each(['Cars_Events', 'spark_state', 'sqlite_x', 'Order', 'Odd "name" ü', '@empty', "O'Neil"])(
    'may belong to a collection of any name: %s',
    async (collection) => {
      const database = folder.open('names.db');
      await declareTables(database, [{ collection: 'Cars' }]);
      const some = new SqliteRepository<{ n: number }>(database, { collection });
      const { id } = await some.create({ n: 1 });
      expect(await some.get(id)).toMatchObject({ n: 1 });
      await database.close();
    },
  );

  it('are made by two connections at once without harm', async () => {
    const [one, two] = [folder.open('both.db'), folder.open('both.db')];
    const declaration = { collection: 'Cars', indexes: ['brand'] };
    await Promise.all([declareTables(one, [declaration]), declareTables(two, [declaration])]);
    await new SqliteRepository<Car>(one, declaration).put('cars/1', { brand: 'A', year: 1 });
    expect((await new SqliteRepository<Car>(two, declaration).list({ where: { brand: 'A' } })).total).toBe(1);
  });

  it('are known as soon as another connection has made them', async () => {
    const [one, two] = [folder.open('others.db'), folder.open('others.db')];
    expect(await namesIn(one)).toEqual([]);
    await declareTables(two, [{ collection: 'Cars' }]);
    expect(await namesIn(one)).toEqual(['Cars']);
  });

  it('are not there when what made them was rolled back, whatever was asked in between', async () => {
    const database = folder.open('rolled-back.db');
    const failing = database.write((open) => {
      tableOf(open, 'Cars');
      expect(allTables(open).map(({ name }) => name)).toEqual(['Cars']);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await namesIn(database)).toEqual([]);
    await new SqliteRepository<Car>(database, { collection: 'Cars' }).put('cars/1', { brand: 'A', year: 1 });
    expect(await namesIn(database)).toEqual(['Cars']);
  });
});

function namesIn(database: SqliteDatabase): Promise<string[]> {
  return database.read((open) => allTables(open).map(({ name }) => name));
}
