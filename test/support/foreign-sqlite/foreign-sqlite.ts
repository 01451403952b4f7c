import { DatabaseSync } from 'node:sqlite';
import { findApsw, findPythonSqlite } from './find-python.ts';
import { openInPython, type PythonSqlite } from './python-sqlite.ts';

export type Value = string | number | null;

/** Another program that has the file open, with an SQLite of its own. */
export interface ForeignSqlite {
  readonly version: string;
  /** Runs one statement and answers its rows. Throws with SQLite's own message. */
  run(sql: string, ...parameters: Value[]): Promise<Value[][]>;
  close(): Promise<void>;
}

/** An SQLite with which files can be opened, or why it is not available here. */
export interface ForeignVersion {
  readonly name: string;
  readonly missing: string | null;
  open(path: string): Promise<ForeignSqlite>;
  /** The same by a program that has redefined NOCASE for all letters; null where that cannot be done. */
  openWithOwnNocase: ((path: string) => Promise<ForeignSqlite>) | null;
}

/** The oldest SQLite that may write to a file, the one of the machine's Python, and Node's. */
export async function foreignVersions(): Promise<ForeignVersion[]> {
  const [oldest, python] = await Promise.all([findApsw(), findPythonSqlite()]);
  return [
    inPython('SQLite 3.38.5', oldest),
    inPython("Python's SQLite", python),
    {
      name: `SQLite ${process.versions['sqlite']}`,
      missing: null,
      open: async (path) => inProcess(path),
      openWithOwnNocase: null,
    },
  ];
}

function inPython(name: string, found: PythonSqlite | string): ForeignVersion {
  const has = typeof found !== 'string';
  return {
    name: has ? `SQLite ${found.version}` : name,
    missing: has ? null : found,
    open: (path) => openInPython(orThrow(found), path),
    openWithOwnNocase: (path) => openInPython(orThrow(found), path, true),
  };
}

function orThrow(found: PythonSqlite | string): PythonSqlite {
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function inProcess(path: string): ForeignSqlite {
  const db = new DatabaseSync(path, { timeout: 60_000 });
  return {
    version: String(process.versions['sqlite']),
    async run(sql, ...parameters) {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      const rows: unknown[] = statement.all(...parameters);
      return rows as Value[][];
    },
    close: async () => db.close(),
  };
}
