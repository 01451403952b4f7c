import { eventTableName, quoteName } from './table-name.ts';

const NOW = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
const NEXT_ETAG = 'UPDATE spark_database SET last_etag = last_etag + 1;';
// What a copy says stands in its row and at its owner.
const DATA = `iif(instr(NEW._metadata, '"spark-generation"'), NULL, NEW._document)`;

/**
 * The events of a table. An id is made of node and number, so it is unique as they are, without an index more.
 */
function eventTableSql(table: string): string {
  const events = eventTableName(table);
  return `
    CREATE TABLE ${quoteName(events)} (
      id TEXT NOT NULL,
      operation_type TEXT NOT NULL,
      record_id TEXT NOT NULL,
      data TEXT,
      timestamp INTEGER NOT NULL,
      source_node_id TEXT NOT NULL,
      processed BOOLEAN DEFAULT FALSE,
      sequence_number INTEGER NOT NULL,
      UNIQUE (source_node_id, sequence_number)
    );
    CREATE INDEX ${quoteName(`${events}_deletes`)} ON ${quoteName(events)} (sequence_number)
      WHERE operation_type = 'DELETE';
  `;
}

/**
 * Triggers write the events, so no writer can forget them: not this library, not another process, not the sqlite3 shell.
 * This library gives a change its etag itself; to a change that has none the triggers give one.
 */
function triggersSql(table: string): string {
  const name = quoteName(table);
  const trigger = (what: string) => quoteName(`${eventTableName(table)}_${what}`);
  const last = '(SELECT last_etag FROM spark_database)';
  return `
    CREATE TRIGGER ${trigger('create')} AFTER INSERT ON ${name}
    WHEN NEW._etag > ${last} AND NEW._key IS NOT NULL
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      ${insertSql(table, 'CREATE', 'NEW.id', DATA, 'NEW._modified')}
    END;
    CREATE TRIGGER ${trigger('create_by_others')} AFTER INSERT ON ${name}
    WHEN NEW._etag <= ${last} OR NEW._key IS NULL
    BEGIN
      ${NEXT_ETAG}
      UPDATE ${name} SET _etag = ${last}, _key = lower(NEW.id) WHERE _etag = NEW._etag;
      ${insertSql(table, 'CREATE', 'NEW.id', DATA, 'NEW._modified')}
    END;
    CREATE TRIGGER ${trigger('update')} AFTER UPDATE OF _etag ON ${name}
    WHEN NEW._etag > ${last}
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      ${insertSql(table, 'UPDATE', 'NEW.id', DATA, 'NEW._modified')}
    END;
    CREATE TRIGGER ${trigger('update_by_others')} AFTER UPDATE OF _document, _metadata ON ${name}
    WHEN NEW._etag = OLD._etag
    BEGIN
      ${NEXT_ETAG}
      UPDATE ${name} SET _etag = ${last}, _modified = ${NOW} WHERE _etag = NEW._etag;
      ${insertSql(table, 'UPDATE', 'NEW.id', DATA, NOW)}
    END;
    CREATE TRIGGER ${trigger('rename')} BEFORE UPDATE OF id ON ${name}
    WHEN NEW.id IS NOT OLD.id
    BEGIN
      SELECT RAISE(ABORT, 'the id of a document cannot be changed: insert it under the new id and delete the old one');
    END;
    CREATE TRIGGER ${trigger('delete')} AFTER DELETE ON ${name}
    BEGIN
      ${NEXT_ETAG}
      ${insertSql(table, 'DELETE', 'OLD.id', 'NULL', NOW)}
    END;
  `;
}

function insertSql(table: string, operation: string, id: string, data: string, at: string): string {
  return `
      INSERT INTO ${quoteName(eventTableName(table))}
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, '${operation}', ${id}, ${data}, ${at}, database_id, last_etag
      FROM spark_database;`;
}

export function eventsSql(table: string): string {
  return eventTableSql(table) + triggersSql(table);
}
