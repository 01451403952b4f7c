import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  declareTables,
  SqliteChangeSource,
  SqliteDatabase,
  SqliteRepository,
} from '@nestjs-spark/sqlite/internal';
import { foreignVersions, type ForeignSqlite } from '../support/foreign-sqlite/foreign-sqlite.ts';
import { FOREIGN_STATEMENTS, type ForeignStatement } from './foreign-statements.ts';

for (const version of await foreignVersions()) {
  const title = `the SQLite file, written by ${version.name}`;
  if (version.missing === null) {
    describe(title, () => {
      let folder: string;
      let database: SqliteDatabase;
      let feed: SqliteChangeSource;
      let other: ForeignSqlite;
      let number = 0;

      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'spark-foreign-'));
        database = new SqliteDatabase({ path: join(folder, 'store.db') });
        feed = new SqliteChangeSource(database);
        await feed.identify('reader');
        await database.read((open) => open).then(({ db }) => db.exec('PRAGMA synchronous = OFF'));
        other = await version.open(database.path);
        await other.run('PRAGMA synchronous = OFF');
      });
      afterAll(async () => {
        await other.close();
        await feed.close();
        await database.close();
        await rm(folder, { recursive: true });
      });

      /** A collection of its own for each statement, so that all share one file. */
      async function begin(statement: ForeignStatement) {
        const table = `Cars${++number}`;
        await declareTables(database, [{ collection: table, indexes: ['v'] }]);
        const cars = new SqliteRepository<{ v: number }>(database, { collection: table });
        const prefix = `${number}:`;
        const own = (text: string) =>
          text.replaceAll(/\bCars\b(?!\/)/g, table).replaceAll(/(?<=')(cars\/)/gi, `${prefix}$1`);
        await cars.put(own(`'cars/1`).slice(1), { v: 1 });
        await cars.put(own(`'cars/2`).slice(1), { v: 2 });
        const from = await database.read((open) => open.lastEtag);
        return { table, cars, prefix, from, sql: statement.sql.map(own) };
      }

      it.each(FOREIGN_STATEMENTS.map((statement) => [statement.sql.join('; '), statement] as const))(
        '%s',
        async (_sql, statement) => {
          const { table, cars, prefix, from, sql } = await begin(statement);
          const short = (id: unknown) => String(id).replace(prefix, '');
          const run = async () => {
            for (const one of sql) await other.run(one);
          };
          try {
            if (statement.refused) await expect(run()).rejects.toThrow(statement.refused);
            else await run();
          } finally {
            await other.run('PRAGMA recursive_triggers = OFF');
          }

          await database.read((open) => {
            const rows = open.rows<{ id: string; etag: number; document: string; v: number | null }>(
              `SELECT id, _etag AS etag, _document AS document, "V" AS v FROM ${table} ORDER BY _etag`,
            );
            const found = rows.map(({ id, document }) => [short(id), JSON.parse(document) as unknown]);
            expect(found).toEqual(Object.entries(statement.rows).toSorted((a, b) => order(found, a, b)));
            const events = open.rows<{ what: string; id: string; n: number; data: string | null }>(
              `SELECT operation_type AS what, record_id AS id, sequence_number AS n, data FROM ${table}_Events
               WHERE sequence_number > ${from} ORDER BY sequence_number`,
            );
            expect(events.map(({ what, id }) => `${what} ${short(id)}`)).toEqual(statement.events);
            for (const row of rows.filter(({ etag }) => etag > from)) {
              expect(events).toContainEqual(
                expect.objectContaining({ id: row.id, n: row.etag, data: row.document }),
              );
            }
            expect(events.at(-1)?.n ?? from).toBeLessThanOrEqual(open.lastEtag);
          });

          for (const id of Object.keys(statement.rows)) {
            expect(await cars.get(id === '7' ? id : `${prefix}${id}`)).toMatchObject({
              id: expect.anything(),
            });
          }
          const page = await feed.read({ collection: table, from: from + 1, deletesAfter: from, limit: 100 });
          const last = new Map(
            statement.events.map((event) => event.split(' ').toReversed() as [string, string]),
          );
          expect(page.changes.map(({ kind, id }) => [short(id).toLowerCase(), kind]).toSorted()).toEqual(
            [...last]
              .map(([id, what]) => [id.toLowerCase(), what === 'DELETE' ? 'delete' : 'put'])
              .toSorted(),
          );
        },
      );

      it('keeps a program out that compares ids by a NOCASE of its own', async () => {
        if (!version.openWithOwnNocase) return;
        const { cars, prefix, sql } = await begin({
          sql: [
            `INSERT INTO Cars (id, _document) VALUES ('cars/Ü', '{}')`,
            `UPDATE Cars SET _document = '{}' WHERE id = 'cars/1'`,
            `DELETE FROM Cars`,
          ],
          rows: {},
          events: [],
        });
        const program = await version.openWithOwnNocase(database.path);
        try {
          for (const one of sql) await expect(program.run(one)).rejects.toThrow(/by a NOCASE of its own/);
        } finally {
          await program.close();
        }
        expect((await cars.list()).items.map(({ id, v }) => [id.replace(prefix, ''), v])).toEqual([
          ['cars/1', 1],
          ['cars/2', 2],
        ]);
      });

      it('is whole afterwards, in the eyes of both', async () => {
        expect(await other.run('PRAGMA integrity_check')).toEqual([['ok']]);
        expect(await database.read((open) => open.rows('PRAGMA integrity_check'))).toEqual([
          { integrity_check: 'ok' },
        ]);
      });
    });
  } else {
    describe(`${title} [left out: ${version.missing}]`, () => {
      it.skip('needs that SQLite', () => undefined);
    });
  }
}

/** Objects sort keys that look like numbers first; the order of the table counts. */
function order(found: unknown[][], [a]: [string, unknown], [b]: [string, unknown]): number {
  const at = (id: string) => found.findIndex(([one]) => one === id);
  return at(a) - at(b);
}
