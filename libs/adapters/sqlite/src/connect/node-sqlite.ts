import { StoreRefusedError } from '@nestjs-spark/contracts';
import { OLDEST_NODE } from '@nestjs-spark/foundation/internal';

/**
 * Node's SQLite. Looked up when a file is opened rather than imported: an application on RavenDB also runs where Node has none.
 * @throws {StoreRefusedError} when this Node has none, naming the versions that do
 */
export function nodeSqlite(): typeof import('node:sqlite') {
  // An older Node has neither the module nor, before 20.16, the means to ask for it.
  const sqlite: typeof import('node:sqlite') | undefined = process.getBuiltinModule?.('node:sqlite');
  if (sqlite) return sqlite;
  throw new StoreRefusedError(
    `SQLite needs the module node:sqlite, which Node ${process.versions.node} does not have: ` +
      `use Node ${OLDEST_NODE} or newer, or RavenDB (SPARK_STORE=ravendb).`,
  );
}
