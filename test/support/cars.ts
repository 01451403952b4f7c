import type { StoreCommand, StoredDocument, TestDatabase } from './stores/test-database.ts';

/** A car as Fleet stores it. */
export function carDocument(number: number, changes: StoredDocument = {}): StoredDocument {
  return {
    LicensePlate: `1-CAR-${number}`,
    Model: `Model ${number % 17}`,
    Year: 2000 + (number % 25),
    Color: number % 3 === 0 ? null : 'blue',
    Status: 'InUse',
    Brand: `carBrands/${number % 5}`,
    ...changes,
    '@metadata': { '@collection': 'Cars' },
  };
}

/** Cars `cars/{from}` to `cars/{to}`, both included. */
export function carCommands(from: number, to: number, changes: StoredDocument = {}): StoreCommand[] {
  return range(from, to).map((number) => ({ id: `cars/${number}`, document: carDocument(number, changes) }));
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

const COPIED = ['LicensePlate', 'Model', 'Year', 'Color'];

/** How HR's copies differ from Fleet's cars, as far as HR's script copies them; empty when they are equal. */
export async function differences(fleet: TestDatabase, hr: TestDatabase): Promise<string[]> {
  const [cars, copies] = await Promise.all([fleet.documents('Cars'), hr.documents('Cars')]);
  const missing = [...cars.keys()].filter((id) => !copies.has(id)).map((id) => `${id} is missing`);
  const ghosts = [...copies.keys()].filter((id) => !cars.has(id)).map((id) => `${id} should be gone`);
  const wrong = [...cars].filter(([id, car]) => {
    const copy = copies.get(id);
    return copy !== undefined && copied(copy) !== copied(car);
  });
  return [...missing, ...ghosts, ...wrong.map(([id]) => `${id} differs`)];
}

function copied(document: StoredDocument): string {
  return JSON.stringify(COPIED.map((field) => document[field] ?? null));
}
