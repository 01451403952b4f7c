import {
  checkWrite,
  type CollectionDeclaration,
  type DocumentWrite,
  type DocumentWriter,
} from '@nestjs-spark/contracts/internal';
import type { OpenDatabase } from '../connect/open-database.ts';
import type { SqliteDatabase } from '../connect/sqlite-database.ts';
import { newId } from './new-id.ts';
import { putDocument, refuseElsewhere, removeDocument, requireVersion } from './put-document.ts';
import { declareTable, findTable } from './tables.ts';

/** Writes documents of several collections in one SQLite transaction, in which this process does nothing else. */
export class SqliteDocumentWriter implements DocumentWriter {
  readonly ids = 'sqlite';
  readonly #database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  newId(declaration: CollectionDeclaration): Promise<string> {
    return this.#database.write((open) => newId(open, tableOf(open, declaration)));
  }

  writeAll(writes: readonly DocumentWrite[]): Promise<void> {
    return this.#database.write((open) => {
      for (const write of writes) writeOne(open, write);
    });
  }
}

function writeOne(open: OpenDatabase, write: DocumentWrite): void {
  const { declaration, id, version } = write;
  if (write.kind === 'put') {
    putDocument(open, tableOf(open, declaration), write);
    return;
  }
  checkWrite(write);
  const table = findTable(open, declaration.collection);
  if (version !== undefined) {
    refuseElsewhere(open, declaration.collection, id, 'is not one of');
    requireVersion(open, table, id, version);
  }
  removeDocument(table, id);
}

function tableOf(open: OpenDatabase, declaration: CollectionDeclaration) {
  return findTable(open, declaration.collection) ?? declareTable(open, declaration);
}
