import { eventually } from '@nestjs-spark/servers/testing';
import { differences } from './cars.ts';
import { type Member, PATIENCE_MS } from './member.ts';
import type { StoredDocument, TestDatabase } from './stores/test-database.ts';

/** Waits until HR's copies equal Fleet's cars. */
export async function equal(fleet: Member, hr: Member, timeoutMs = PATIENCE_MS): Promise<void> {
  await hr.until(
    "equal to Fleet's cars",
    async () => {
      const [cars, copies] = await Promise.all([fleet.database.count('Cars'), hr.database.count('Cars')]);
      if (cars !== copies) throw new Error(`${copies} copies of ${cars} cars`);
      const found = await differences(fleet.database, hr.database);
      if (found.length > 0) throw new Error(`${found.length} differences: ${found.slice(0, 5).join(', ')}`);
      return true;
    },
    { timeoutMs },
  );
}

/** Waits until a document is as wanted (null: not there), and answers it. */
export async function documentIs(
  database: TestDatabase,
  id: string,
  wanted: StoredDocument | null,
): Promise<StoredDocument | null> {
  return eventually(
    async () => {
      const document = await database.get(id);
      const fits =
        wanted === null
          ? document === null
          : document !== null && Object.entries(wanted).every(([field, value]) => document[field] === value);
      if (fits) return { document };
      throw new Error(`${id} is ${JSON.stringify(document)}`);
    },
    { timeoutMs: PATIENCE_MS },
  ).then(({ document }) => document);
}
