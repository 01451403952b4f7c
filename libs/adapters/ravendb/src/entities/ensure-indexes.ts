import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { RavenHttp } from '../connect/raven-http.ts';

/**
 * A static index of the application, in JavaScript or C#, over the documents as they are stored (PascalCase fields).
 * Created or updated when the application starts; RavenDB then builds it in the background.
 */
export interface IndexDefinition {
  /** As shown in RavenDB, e.g. `Cars_Overview`. */
  name: string;
  /** One or more maps, e.g. `map('Cars', (car) => ({ Model: car.Model }))`. */
  maps: string[];
  /** For a map-reduce index. */
  reduce?: string;
}

const JAVASCRIPT = /^\s*map\s*\(/;

/** @throws {StoreRefusedError} when RavenDB cannot compile one; C# indexes require DatabaseAdmin rights */
export async function ensureIndexes(
  http: RavenHttp,
  indexes: readonly IndexDefinition[],
  signal?: AbortSignal,
): Promise<void> {
  for (const definition of indexes) await ensureIndex(http, definition, signal);
}

async function ensureIndex(
  http: RavenHttp,
  { name, maps, reduce }: IndexDefinition,
  signal?: AbortSignal,
): Promise<void> {
  if (maps.length === 0) throw new StoreRefusedError(`Index ${name} has no map: give it at least one`);
  const javascript = maps.every((map) => JAVASCRIPT.test(map));
  const kind = reduce === undefined ? 'Map' : 'MapReduce';
  const type = javascript ? `JavaScript${kind}` : kind;
  const definition = { Name: name, Maps: maps, Reduce: reduce ?? null, Type: type };
  const path = http.path(javascript ? '/indexes' : '/admin/indexes');
  await http.sendJson('PUT', path, { Indexes: [definition] }, signal);
}
