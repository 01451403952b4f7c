import { FOREIGN_NOCASE, hasNul } from './document-table-sql.ts';
import { NOW } from './now.ts';
import { eventTableName, quoteName } from './table-name.ts';

/** The events of a table. An id consists of node and number, so it is unique without another index. */
export function eventTableSql(table: string): string {
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

const LAST = '(SELECT last_etag FROM spark_database)';
const REPLACED = '(SELECT replaced FROM spark_database)';
// A copy's content is in its row and at its owner.
const DATA = `iif(instr(NEW._metadata, '"spark-generation"'), NULL, NEW._document)`;
const ETAG_IS_OURS = `'_etag is given by Spark: leave it out'`;
const REFUSE_NUL = `SELECT RAISE(ABORT, '_document is the text of a JSON object, without a NUL') WHERE ${hasNul('NEW.')};`;
// The value of NEW._etag before an INSERT that does not set it.
const NOT_NAMED = -1;

/**
 * Triggers write the events, so no writer can forget them: not this library, not another process, not the sqlite3 shell. This
 * library assigns the next etag to its changes itself; the triggers do so for changes without one.
 *
 * The conflict clause of the firing statement also applies inside triggers, so nothing here may depend on a constraint. REPLACE
 * removes a row without its delete trigger (unless recursive_triggers is on), so what is about to be inserted over another row is
 * first recorded in `replaced`. This library clears that before it writes itself, since a statement that ignores conflicts leaves
 * it behind. `moving` is set while a trigger itself assigns a row its number.
 */
export function triggersSql(table: string): string {
  const name = quoteName(table);
  const events = quoteName(eventTableName(table));
  const trigger = (what: string) => quoteName(triggerName(table, what));
  const existing = `(SELECT _etag FROM ${name} WHERE id = NEW.id)`;
  return `
    CREATE TRIGGER ${trigger('insert')} BEFORE INSERT ON ${name}
    WHEN NEW._etag <> ${LAST} + 1
    BEGIN
      SELECT RAISE(ABORT, ${ETAG_IS_OURS}) WHERE NEW._etag <> ${NOT_NAMED};
      ${REFUSE_NUL}
      UPDATE spark_database SET replaced = ${existing} WHERE replaced IS NOT ${existing};
    END;
    CREATE TRIGGER ${trigger('create')} AFTER INSERT ON ${name}
    WHEN NEW._etag > ${LAST} AND ${REPLACED} IS NULL
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      ${insertSql(table, `'CREATE'`, 'NEW.id', DATA, 'NEW._modified')}
    END;
    CREATE TRIGGER ${trigger('create_by_others')} AFTER INSERT ON ${name}
    WHEN NEW._etag <= ${LAST} OR ${REPLACED} IS NOT NULL
    BEGIN
      UPDATE spark_database SET last_etag = last_etag + 1, moving = TRUE;
      UPDATE ${name} SET _etag = ${LAST} WHERE _etag = NEW._etag AND _etag <> ${LAST};
      DELETE FROM ${events} WHERE ${REPLACED} IS NOT NULL
        AND operation_type = 'DELETE' AND record_id = NEW.id COLLATE NOCASE AND sequence_number = ${LAST} - 1 AND source_node_id = (SELECT database_id FROM spark_database);
      ${insertSql(table, `iif(replaced IS NULL, 'CREATE', 'UPDATE')`, 'NEW.id', DATA, 'NEW._modified')}
      UPDATE spark_database SET replaced = NULL, moving = FALSE;
    END;
    CREATE TRIGGER ${trigger('renumber')} BEFORE UPDATE OF _etag ON ${name}
    WHEN NEW._etag <> OLD._etag AND NEW._etag <> ${LAST} + 1 AND NOT (SELECT moving FROM spark_database)
    BEGIN
      SELECT RAISE(ABORT, ${ETAG_IS_OURS});
    END;
    CREATE TRIGGER ${trigger('update')} AFTER UPDATE OF _etag ON ${name}
    WHEN NEW._etag > ${LAST}
    BEGIN
      UPDATE spark_database SET last_etag = NEW._etag;
      ${insertSql(table, `'UPDATE'`, 'NEW.id', DATA, 'NEW._modified')}
    END;
    CREATE TRIGGER ${trigger('update_by_others')} AFTER UPDATE OF _document, _metadata, _modified ON ${name}
    WHEN NEW._etag = OLD._etag
    BEGIN
      ${REFUSE_NUL}
      UPDATE ${name} SET _etag = ${LAST} + 1, _modified = ${NOW} WHERE _etag = NEW._etag;
    END;
    CREATE TRIGGER ${trigger('rename')} BEFORE UPDATE OF id ON ${name}
    WHEN NEW.id IS NOT OLD.id COLLATE BINARY
    BEGIN
      SELECT RAISE(ABORT, 'the id of a document cannot be changed: insert it under the new id and delete the old one');
    END;
    CREATE TRIGGER ${trigger('own_nocase')} BEFORE DELETE ON ${name}
    WHEN ${FOREIGN_NOCASE}
    BEGIN
      SELECT RAISE(ABORT, 'this program compares ids by a NOCASE of its own: leave SQLite''s as it is');
    END;
    CREATE TRIGGER ${trigger('delete')} AFTER DELETE ON ${name}
    BEGIN
      UPDATE spark_database SET last_etag = last_etag + 1;
      ${insertSql(table, `'DELETE'`, 'OLD.id', 'NULL', NOW)}
    END;
    CREATE TRIGGER ${trigger('kept')} BEFORE DELETE ON ${events}
    WHEN OLD.sequence_number > (SELECT trimmed FROM spark_database)
      AND (SELECT has_readers AND NOT moving FROM spark_database)
    BEGIN
      SELECT RAISE(ABORT, 'an event that readers still need cannot be deleted: Spark removes it when they have read it');
    END;
  `;
}

function insertSql(table: string, operation: string, id: string, data: string, at: string): string {
  return `
      INSERT INTO ${quoteName(eventTableName(table))}
        (id, operation_type, record_id, data, timestamp, source_node_id, sequence_number)
      SELECT database_id || '-' || last_etag, ${operation}, ${id}, ${data}, ${at}, database_id, last_etag
      FROM spark_database;`;
}

export function triggerName(table: string, what: string): string {
  return `${eventTableName(table)}_${what}`;
}
