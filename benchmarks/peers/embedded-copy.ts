import { DatabaseSync } from 'node:sqlite';
import { SqliteChangeSource, SqliteChangeSink, SqliteDatabase, tableOf } from '@nestjs-spark/sqlite/internal';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { car } from '../support/raven.ts';

const PAGE = 4_096;
const SET = 1_024;

/** @returns documents per second, directly and through the ports */
export async function firstCopyRates(
  path: string,
  documents: number,
): Promise<{ pipe: number; feedAndTarget: number }> {
  const source = new SqliteDatabase({ path: `${path}-source.db` });
  await fillCars(source, documents);
  const pipe = plainPipe(`${path}-source.db`, `${path}-plain.db`, documents);
  const target = new SqliteDatabase({ path: `${path}-target.db` });
  const feedAndTarget = await throughPorts(source, target, documents);
  await Promise.all([source.close(), target.close()]);
  return { pipe, feedAndTarget };
}

export async function fillCars(source: SqliteDatabase, documents: number): Promise<void> {
  for (let at = 0; at < documents; at += PAGE) {
    await source.write((open) => {
      const table = tableOf(open, 'Cars');
      for (let n = at; n < Math.min(at + PAGE, documents); n++) {
        table.put(`cars/${n}`, fieldsOf(n), null, 0);
      }
    });
  }
}

function fieldsOf(n: number): string {
  const { '@metadata': _, ...fields } = car(n) as Record<string, unknown>;
  return JSON.stringify(fields);
}

function plainPipe(from: string, to: string, documents: number): number {
  const [source, target] = [new DatabaseSync(from), new DatabaseSync(to)];
  target.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000');
  target.exec('CREATE TABLE Cars (id TEXT PRIMARY KEY, document TEXT NOT NULL)');
  const select = source.prepare(
    'SELECT _etag, id, _document FROM Cars WHERE _etag > ? ORDER BY _etag LIMIT ?',
  );
  const insert = target.prepare('INSERT INTO Cars VALUES (?, ?)');
  const begun = performance.now();
  for (let etag = 0; ;) {
    const rows = select.all(etag, SET);
    target.exec('BEGIN IMMEDIATE');
    for (const row of rows) insert.run(String(row['id']), picked(String(row['_document'])));
    target.exec('COMMIT');
    etag = Number(rows.at(-1)?.['_etag']);
    if (rows.length < SET) break;
  }
  const rate = documents / ((performance.now() - begun) / 1_000);
  source.close();
  target.close();
  return rate;
}

async function throughPorts(source: SqliteDatabase, to: SqliteDatabase, documents: number): Promise<number> {
  const [feed, target] = [new SqliteChangeSource(source), new SqliteChangeSink(to)];
  const begun = performance.now();
  let version: string | null = null;
  for (let from = 0, drained = false; !drained;) {
    const page = await feed.read({ collection: 'Cars', from, deletesAfter: documents, limit: PAGE });
    for (let at = 0; at < page.changes.length; at += SET) {
      const commands = page.changes.slice(at, at + SET).flatMap((change) => {
        if (change.kind !== 'put') return [];
        const metadata = `"@metadata":{"@collection":"Cars","spark-source":"Fleet/${change.id}","spark-generation":"HR/cars:1"}`;
        const fields = picked(Buffer.from(change.json).toString());
        return [{ type: 'put' as const, id: change.id, document: `${fields.slice(0, -1)},${metadata}}` }];
      });
      version = await target.apply(commands, checkpointAt(page.to), version);
    }
    from = page.to + 1;
    drained = page.drained;
  }
  const rate = documents / ((performance.now() - begun) / 1_000);
  await feed.close();
  return rate;
}

function picked(text: string): string {
  const { LicensePlate, Model, Year, Color, Brand } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ LicensePlate, Model, Year, Color, Brand });
}

function checkpointAt(to: number): Checkpoint {
  const counts = { setsApplied: 0, documentsPut: 0, documentsDeleted: 0, readAt: 0, appliedAt: 0 };
  const place = { witness: { number: 1, mark: 'a' }, sequence: 1, streamCreated: '', swept: false };
  return {
    name: 'Fleet/HR/Cars',
    generation: 1,
    incarnation: 'first',
    databaseId: 'x',
    to,
    live: false,
    script: '',
    ...place,
    ...counts,
  };
}
