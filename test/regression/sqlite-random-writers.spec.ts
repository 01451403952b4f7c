import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sqliteKey } from '@nestjs-spark/contracts/internal';
import {
  declareTables,
  SqliteChangeSource,
  SqliteDatabase,
  SqliteRepository,
} from '@nestjs-spark/sqlite/internal';
import { foreignVersions, type ForeignSqlite } from '../support/foreign-sqlite/foreign-sqlite.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';

const STEPS = 400;
const IDS = [
  'cars/1',
  'CARS/1',
  'Cars/2',
  'cars/ä',
  'CARS/ä',
  'cars/Ä',
  'cars/İ',
  'cars/ı',
  'ΟΔΟΣ',
  'οδος',
  'x',
];
const CLAUSES = ['', 'OR IGNORE', 'OR REPLACE', 'OR FAIL', 'OR ABORT', 'OR ROLLBACK'];

interface Car {
  v: number;
}

/** What the file should hold, and what should have been written down. */
class Model {
  rows = new Map<string, { id: string; v: number }>();
  events: string[] = [];

  put(id: string, v: number, respell: boolean): void {
    const existing = this.rows.get(sqliteKey(id));
    const spelled = existing && !respell ? existing.id : id;
    this.rows.set(sqliteKey(id), { id: spelled, v });
    this.events.push(`${existing ? 'UPDATE' : 'CREATE'} ${spelled} ${v}`);
  }

  delete(id: string): void {
    const existing = this.rows.get(sqliteKey(id));
    if (!existing) return;
    this.rows.delete(sqliteKey(id));
    this.events.push(`DELETE ${existing.id}`);
  }

  copy(): Model {
    const copy = new Model();
    copy.rows = new Map(this.rows);
    copy.events = [...this.events];
    return copy;
  }
}

/** A statement and what it does to the model; it answers whether the statement is refused. */
interface Step {
  sql: string;
  apply(model: Model): boolean;
}

function randomStep(random: () => number, v: number): Step {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const id = pick(IDS);
  const has = (model: Model) => model.rows.has(sqliteKey(id));
  const insert = (clause: string) =>
    `INSERT ${clause} INTO Cars (id, _document) VALUES ('${id}', '{"V":${v}}')`;
  const put = (respell: boolean, when: (model: Model) => boolean) => (model: Model) => {
    if (when(model)) model.put(id, v, respell);
    return false;
  };
  switch (Math.floor(random() * 9)) {
    case 0:
    case 1: {
      const clause = pick(CLAUSES);
      const apply = (model: Model) => {
        if (!has(model) || clause === 'OR REPLACE') model.put(id, v, true);
        else return clause !== 'OR IGNORE';
        return false;
      };
      return { sql: insert(clause), apply };
    }
    case 2:
      return {
        sql: `REPLACE INTO Cars (id, _document) SELECT '${id}', '{"V":${v}}'`,
        apply: put(true, () => true),
      };
    case 3: {
      const sql = `${insert('')} ON CONFLICT (id) DO UPDATE SET _document = excluded._document`;
      return { sql, apply: put(false, () => true) };
    }
    case 4:
      return { sql: `${insert('')} ON CONFLICT DO NOTHING`, apply: put(false, (model) => !has(model)) };
    case 5: {
      const clause = pick(CLAUSES);
      const sql = `UPDATE ${clause} Cars SET _document = json_set(_document, '$.V', ${v}) WHERE id = '${id}'`;
      return { sql, apply: put(false, has) };
    }
    case 6:
      return {
        sql: `UPDATE OR REPLACE Cars SET id = '${id}!' WHERE id = '${id}'`,
        apply: has,
      };
    case 7:
      return {
        sql: `DELETE FROM Cars WHERE id = '${id}' RETURNING id`,
        apply: (model) => {
          model.delete(id);
          return false;
        },
      };
    default:
      return {
        sql: `INSERT OR IGNORE INTO Cars (id, _document) VALUES ('${id}', 'null')`,
        apply: () => false,
      };
  }
}

const versions = await foreignVersions();
const missing = versions.flatMap((one) => (one.missing === null ? [] : `${one.name}: ${one.missing}`));
const seed = testSeed();

(missing.length === 0 ? describe : describe.skip)(
  `a file that three versions of SQLite and the library write to${missing.length > 0 ? ` [left out: ${missing.join('; ')}]` : ''}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-writers-'));
    const database = new SqliteDatabase({ path: join(folder, 'store.db') });
    const feed = new SqliteChangeSource(database);
    afterAll(async () => {
      await feed.close();
      await database.close();
      rmSync(folder, { recursive: true });
    });

    /** Reads on while others write, and keeps a copy of what it is told. */
    async function follow(copies: Map<string, string>, from: number): Promise<number> {
      for (;;) {
        const page = await feed.read({ collection: 'Cars', from, deletesAfter: 0, limit: 5 });
        expect(await page.deletes).toBe('kept');
        for (const change of page.changes) {
          const key = sqliteKey(change.id);
          if (change.kind === 'delete') copies.delete(key);
          else copies.set(key, String((JSON.parse(Buffer.from(change.json).toString()) as { V: number }).V));
        }
        from = page.to + 1;
        if (page.drained) return from;
      }
    }

    it(`holds each id once, with each change's event and copy (SPARK_TEST_SEED=${seed})`, async () => {
      await declareTables(database, [{ collection: 'Cars', indexes: ['v'] }]);
      const cars = new SqliteRepository<Car>(database, { collection: 'Cars' });
      await feed.identify('reader');
      await database.read((open) => open).then(({ db }) => db.exec('PRAGMA synchronous = OFF'));
      const others: ForeignSqlite[] = await Promise.all(
        versions.map((version) => version.open(database.path)),
      );
      const random = seededRandom(seed);
      const copies = new Map<string, string>();
      let model = new Model();
      let read = 1;
      const run = async (other: ForeignSqlite, { sql, apply }: Step) => {
        const isRefused = await other.run(sql).then(
          () => false,
          () => true,
        );
        expect([sql, isRefused]).toEqual([sql, apply(model)]);
        return isRefused && sql.includes('OR ROLLBACK');
      };

      for (let step = 0; step < STEPS; step++) {
        const other = others[Math.floor(random() * others.length)]!;
        const v = step + 1;
        const what = random();
        if (what < 0.2) {
          const id = IDS[Math.floor(random() * IDS.length)]!;
          if (random() < 0.3) {
            model.delete(id);
            await cars.delete(id);
          } else {
            model.put(id, v, false);
            await cars.put(id, { v });
          }
        } else if (what < 0.3) {
          await other.run(`PRAGMA recursive_triggers = ${random() < 0.5 ? 'ON' : 'OFF'}`);
          await other.run(`PRAGMA foreign_keys = ${random() < 0.5 ? 'ON' : 'OFF'}`);
        } else if (what < 0.5) {
          const before = model.copy();
          await other.run('BEGIN IMMEDIATE');
          let rolledBack = false;
          for (let n = 0; n < 3 && !rolledBack; n++) {
            const saved = model.copy();
            await other.run('SAVEPOINT one');
            rolledBack = await run(other, randomStep(random, v));
            if (rolledBack) break;
            if (random() < 0.3) {
              model = saved;
              await other.run('ROLLBACK TO one');
            }
            await other.run('RELEASE one');
          }
          const keep = random() < 0.7;
          if (rolledBack || !keep) model = before;
          if (!rolledBack) await other.run(keep ? 'COMMIT' : 'ROLLBACK');
        } else {
          await run(other, randomStep(random, v));
        }
        if (random() < 0.2) read = await follow(copies, read);
      }
      await follow(copies, read);

      await database.read((open) => {
        const rows = open.rows<{ id: string; v: number; etag: number }>(
          `SELECT id, "V" AS v, _etag AS etag FROM Cars ORDER BY id`,
        );
        const wanted = [...model.rows].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(rows.map(({ id, v }) => ({ id, v }))).toEqual(wanted.map(([, row]) => row));
        const events = open.rows<{ event: string; id: string; n: number }>(
          `SELECT trim(operation_type || ' ' || record_id || ' ' || ifnull(data ->> 'V', '')) AS event, record_id AS id,
             sequence_number AS n FROM Cars_Events ORDER BY n`,
        );
        expect(events.map(({ event }) => event)).toEqual(model.events);
        const last = new Map(events.map(({ id, n }) => [sqliteKey(id), n]));
        expect(rows.map(({ id, etag }) => [id, etag])).toEqual(
          rows.map(({ id }) => [id, last.get(sqliteKey(id))]),
        );
      });
      expect(Object.fromEntries(copies)).toEqual(
        Object.fromEntries([...model.rows].map(([key, { v }]) => [key, String(v)])),
      );
      for (const other of others) {
        expect(await other.run('PRAGMA integrity_check')).toEqual([['ok']]);
        await other.close();
      }
    });
  },
);
