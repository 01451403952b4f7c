/** What one statement of another program does to `Cars` with `cars/1 {"V":1}` and `cars/2 {"V":2}` in it. */
export interface ForeignStatement {
  /** Run one after the other; the last one is meant. */
  sql: readonly string[];
  /** What is there afterwards, by id, in the order of changes. */
  rows: Readonly<Record<string, unknown>>;
  /** What is written down, in order: `CREATE cars/3`. */
  events: readonly string[];
  /** What the program is told, where the statement is refused. */
  refused?: RegExp;
}

const BEFORE = { 'cars/1': { V: 1 }, 'cars/2': { V: 2 } };
const insert = (clause: string, id: string, document = '{"V":9}') =>
  `INSERT ${clause} INTO Cars (id, _document) VALUES ('${id}', '${document}')`;

function allowed(
  sql: string | string[],
  rows: Record<string, unknown>,
  ...events: string[]
): ForeignStatement {
  return { sql: [sql].flat(), rows, events };
}

function refused(sql: string | string[], message: RegExp): ForeignStatement {
  return { sql: [sql].flat(), rows: BEFORE, events: [], refused: message };
}

const NEW = { ...BEFORE, 'cars/3': { V: 9 } };
const REPLACED = { 'cars/2': { V: 2 }, 'cars/1': { V: 9 } };
const CLAUSES = ['', 'OR IGNORE', 'OR REPLACE', 'OR FAIL', 'OR ABORT', 'OR ROLLBACK'];

/** Every statement that the guide allows, and what it does not allow with what is said then. */
export const FOREIGN_STATEMENTS: readonly ForeignStatement[] = [
  // New documents.
  ...CLAUSES.map((clause) => allowed(insert(clause, 'cars/3'), NEW, 'CREATE cars/3')),
  allowed(`REPLACE INTO Cars (id, _document) VALUES ('cars/3', '{"V":9}')`, NEW, 'CREATE cars/3'),
  allowed(
    `INSERT INTO Cars (id, _document, _metadata) VALUES ('cars/3', '{"V":9}', '{"Note":"x"}')`,
    NEW,
    'CREATE cars/3',
  ),
  allowed(
    `INSERT INTO Cars (id, _document) VALUES ('cars/3', '{"V":3}'), ('cars/4', '{"V":4}') RETURNING id`,
    { ...BEFORE, 'cars/3': { V: 3 }, 'cars/4': { V: 4 } },
    'CREATE cars/3',
    'CREATE cars/4',
  ),
  allowed(
    `INSERT INTO Cars (id, _document) SELECT id || '-copy', _document FROM Cars`,
    { ...BEFORE, 'cars/1-copy': { V: 1 }, 'cars/2-copy': { V: 2 } },
    'CREATE cars/1-copy',
    'CREATE cars/2-copy',
  ),
  allowed(
    `INSERT INTO Cars (id, _document) VALUES (7, json_object('V', 7))`,
    { ...BEFORE, 7: { V: 7 } },
    'CREATE 7',
  ),

  // An id that is there.
  refused(insert('', 'cars/1'), /UNIQUE constraint failed: Cars\d*\.id/),
  refused(insert('', 'CARS/1'), /UNIQUE constraint failed: Cars\d*\.id/),
  refused(insert('OR ABORT', 'cars/1'), /UNIQUE/),
  refused(insert('OR FAIL', 'cars/1'), /UNIQUE/),
  refused(insert('OR ROLLBACK', 'cars/1'), /UNIQUE/),
  allowed(insert('OR IGNORE', 'cars/1'), BEFORE),
  allowed(insert('OR IGNORE', 'Cars/1'), BEFORE),
  allowed(insert('OR REPLACE', 'cars/1'), REPLACED, 'UPDATE cars/1'),
  allowed(insert('OR REPLACE', 'CARS/1'), { 'cars/2': { V: 2 }, 'CARS/1': { V: 9 } }, 'UPDATE CARS/1'),
  allowed(['PRAGMA recursive_triggers = ON', insert('OR REPLACE', 'cars/1')], REPLACED, 'UPDATE cars/1'),
  allowed(
    ['PRAGMA recursive_triggers = ON', `REPLACE INTO Cars (id, _document) SELECT id, '{"V":9}' FROM Cars`],
    { 'cars/1': { V: 9 }, 'cars/2': { V: 9 } },
    'UPDATE cars/1',
    'UPDATE cars/2',
  ),
  allowed(
    `REPLACE INTO Cars (id, _document) SELECT id, '{"V":9}' FROM Cars`,
    { 'cars/1': { V: 9 }, 'cars/2': { V: 9 } },
    'UPDATE cars/1',
    'UPDATE cars/2',
  ),
  allowed(`${insert('', 'cars/1')} ON CONFLICT DO NOTHING`, BEFORE),
  allowed(`${insert('', 'cars/1')} ON CONFLICT (id) DO NOTHING`, BEFORE),
  allowed(`${insert('', 'cars/3')} ON CONFLICT (id) DO NOTHING`, NEW, 'CREATE cars/3'),
  allowed(
    `${insert('', 'cars/1')} ON CONFLICT (id) DO UPDATE SET _document = excluded._document`,
    REPLACED,
    'UPDATE cars/1',
  ),
  allowed(
    `${insert('', 'CARS/1')} ON CONFLICT (id) DO UPDATE SET _document = excluded._document RETURNING id`,
    REPLACED,
    'UPDATE cars/1',
  ),
  allowed(
    `${insert('', 'cars/3')} ON CONFLICT (id) DO UPDATE SET _document = excluded._document`,
    NEW,
    'CREATE cars/3',
  ),
  allowed(
    `${insert('', 'cars/1')} ON CONFLICT (id) DO UPDATE SET _document = excluded._document WHERE _document ->> 'V' > 5`,
    BEFORE,
  ),
  allowed(
    `INSERT INTO Cars (id, _document) SELECT 'cars/' || value, json_object('V', value * 10) FROM json_each('[1,3,3]') WHERE true
       ON CONFLICT (id) DO UPDATE SET _document = json_set(_document, '$.Again', 1)`,
    { 'cars/2': { V: 2 }, 'cars/1': { V: 1, Again: 1 }, 'cars/3': { V: 30, Again: 1 } },
    'UPDATE cars/1',
    'CREATE cars/3',
    'UPDATE cars/3',
  ),

  // Changes.
  allowed(
    `UPDATE Cars SET _document = json_set(_document, '$.V', 9) WHERE id = 'CARS/1'`,
    REPLACED,
    'UPDATE cars/1',
  ),
  ...CLAUSES.slice(1).map((clause) =>
    allowed(`UPDATE ${clause} Cars SET _document = '{"V":9}' WHERE id = 'cars/1'`, REPLACED, 'UPDATE cars/1'),
  ),
  allowed(
    `UPDATE Cars SET _document = json_set(_document, '$.V', _document ->> 'V' + 10) RETURNING _document`,
    { 'cars/1': { V: 11 }, 'cars/2': { V: 12 } },
    'UPDATE cars/1',
    'UPDATE cars/2',
  ),
  allowed(
    `UPDATE Cars SET _document = json_set(_document, '$.V', other.value) FROM json_each('[5]') AS other WHERE Cars.id = 'cars/1'`,
    { 'cars/2': { V: 2 }, 'cars/1': { V: 5 } },
    'UPDATE cars/1',
  ),
  allowed(
    `UPDATE Cars SET _metadata = '{"Note":"x"}' WHERE id = 'cars/1'`,
    { 'cars/2': { V: 2 }, 'cars/1': { V: 1 } },
    'UPDATE cars/1',
  ),
  allowed(
    `UPDATE Cars SET _modified = 5 WHERE id = 'cars/1'`,
    { 'cars/2': { V: 2 }, 'cars/1': { V: 1 } },
    'UPDATE cars/1',
  ),
  allowed(`UPDATE Cars SET id = id`, BEFORE),
  ...['', ...CLAUSES.slice(1)].map((clause) =>
    refused(
      `UPDATE ${clause} Cars SET id = 'cars/2' WHERE id = 'cars/1'`,
      /the id of a document cannot be changed/,
    ),
  ),
  refused(`UPDATE Cars SET id = upper(id)`, /the id of a document cannot be changed/),

  // Deletes.
  allowed(`DELETE FROM Cars WHERE id = 'Cars/1' RETURNING id`, { 'cars/2': { V: 2 } }, 'DELETE cars/1'),
  allowed(`DELETE FROM Cars`, {}, 'DELETE cars/1', 'DELETE cars/2'),
  allowed(
    [`DELETE FROM Cars WHERE id = 'cars/1'`, insert('OR REPLACE', 'cars/1')],
    REPLACED,
    'DELETE cars/1',
    'CREATE cars/1',
  ),
  allowed(
    [insert('OR IGNORE', 'cars/1'), `DELETE FROM Cars WHERE id = 'cars/1'`, insert('', 'cars/1')],
    REPLACED,
    'DELETE cars/1',
    'CREATE cars/1',
  ),

  allowed(
    [`DELETE FROM Cars WHERE id = 'cars/2'`, insert('OR REPLACE', 'cars/1')],
    { 'cars/1': { V: 9 } },
    'DELETE cars/2',
    'UPDATE cars/1',
  ),

  // Transactions.
  allowed(
    [
      'BEGIN',
      insert('', 'cars/3'),
      'SAVEPOINT s',
      insert('OR REPLACE', 'cars/1'),
      'ROLLBACK TO s',
      'RELEASE s',
      'COMMIT',
    ],
    NEW,
    'CREATE cars/3',
  ),
  allowed(['BEGIN IMMEDIATE', insert('', 'cars/3'), 'DELETE FROM Cars', 'ROLLBACK'], BEFORE),
  allowed(
    [
      'PRAGMA foreign_keys = ON',
      'BEGIN',
      insert('OR IGNORE', 'cars/1'),
      insert('OR IGNORE', 'cars/3'),
      'COMMIT',
    ],
    NEW,
    'CREATE cars/3',
  ),

  // Ids are compared by the letters of ASCII.
  allowed(insert('', 'cars/ÄÖ'), { ...BEFORE, 'cars/ÄÖ': { V: 9 } }, 'CREATE cars/ÄÖ'),
  allowed(
    [insert('', 'cars/İ'), insert('', 'CARS/ı'), insert('OR IGNORE', 'Cars/İ')],
    { ...BEFORE, 'cars/İ': { V: 9 }, 'CARS/ı': { V: 9 } },
    'CREATE cars/İ',
    'CREATE CARS/ı',
  ),

  // What is not allowed.
  refused(insert('', 'cars/3', '[1]'), /_document is the text of a JSON object/),
  refused(insert('', 'cars/3', '{"V":'), /_document is the text of a JSON object/),
  refused(insert('OR REPLACE', 'cars/1', 'null'), /_document is the text of a JSON object/),
  refused(
    `INSERT INTO Cars (id, _document) VALUES ('cars/3', '{"V":1}' || char(0) || 'x')`,
    /_document is the text/,
  ),
  refused(
    `INSERT INTO Cars (id, _document) VALUES ('cars/3', CAST('{"V":1}' AS BLOB))`,
    /_document is the text/,
  ),
  refused(`INSERT INTO Cars (id, _document) VALUES (x'01', '{}')`, /the id is a text/),
  refused(`INSERT INTO Cars (id, _document) VALUES (NULL, '{}')`, /NOT NULL constraint failed: Cars\d*\.id/),
  refused(`INSERT INTO Cars (id) VALUES ('cars/3')`, /NOT NULL constraint failed: Cars\d*\._document/),
  refused(`UPDATE Cars SET _metadata = '[1]'`, /_metadata is the text of a JSON object/),
  refused(`UPDATE Cars SET _metadata = 'null'`, /_metadata is the text of a JSON object/),
  refused(`UPDATE Cars SET _modified = 'today'`, /_modified is in milliseconds/),
  refused(`INSERT INTO Cars (_etag, id, _document) VALUES (1, 'cars/3', '{}')`, /_etag is given by Spark/),
  refused(
    `REPLACE INTO Cars (_etag, id, _document) SELECT _etag, 'x', '{}' FROM Cars LIMIT 1`,
    /_etag is given by Spark/,
  ),
  refused(
    `INSERT OR IGNORE INTO Cars (_etag, id, _document) VALUES (9000000000000000000, 'x', '{}')`,
    /_etag is given by Spark/,
  ),
  refused(`UPDATE Cars SET _etag = _etag + 1000, _document = '{"V":9}'`, /_etag is given by Spark/),
  refused(
    `UPDATE OR REPLACE Cars SET _etag = (SELECT max(_etag) FROM Cars) WHERE id = 'cars/1'`,
    /_etag is given by Spark/,
  ),
  refused(`INSERT INTO Cars SELECT * FROM Cars`, /has 5 columns but 6 values/),
];
