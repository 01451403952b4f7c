import { eventually } from '@nestjs-spark/servers/testing';
import { differences } from './cars.ts';
import type { Member } from './member.ts';
import type { RavenDatabase, RavenDocument } from './raven-database.ts';

/** Waits until HR's copies equal Fleet's cars. */
export async function equal(fleet: Member, hr: Member, timeoutMs = 60_000): Promise<void> {
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
  database: RavenDatabase,
  id: string,
  wanted: RavenDocument | null,
): Promise<RavenDocument | null> {
  return eventually(async () => {
    const document = await database.get(id);
    const fits =
      wanted === null
        ? document === null
        : document !== null && Object.entries(wanted).every(([field, value]) => document[field] === value);
    if (fits) return { document };
    throw new Error(`${id} is ${JSON.stringify(document)}`);
  }).then(({ document }) => document);
}

/** HR's checkpoint of its copies of Fleet's cars, as it stands in HR's database. */
export async function carsCheckpoint(hr: Member): Promise<RavenDocument> {
  const checkpoint = await hr.database.get('sparkCheckpoints/fleet/hr/cars');
  if (checkpoint === null) throw new Error('HR has no checkpoint of its cars');
  return checkpoint;
}
