import { classFault } from '@nestjs-spark/foundation/internal';
import type { EntityClass } from '../entities/entity.ts';

/** All parts of the chosen store */
export const STORE_PARTS = Symbol('SPARK_STORE_PARTS');
/** `ChangeSource` of the application's database */
export const CHANGE_FEED = Symbol('SPARK_CHANGE_FEED');
/** A module's view of the changes in its own database: `StoreParts['changes']` */
export const OWN_CHANGES = Symbol('SPARK_OWN_CHANGES');
/** `ChangeSink` in the application's database */
export const CHANGE_TARGET = Symbol('SPARK_CHANGE_TARGET');
/** `StateStore` in the application's database */
export const STATE_STORE = Symbol('SPARK_STATE_STORE');
/**
 * `ModuleRegistry` in RavenDB's SparkModules; null when no RavenDB is configured, so that modules find each other on the bus only
 */
export const MODULE_REGISTRY = Symbol('SPARK_MODULE_REGISTRY');
/** `StoreInfo` */
export const STORE_INFO = Symbol('SPARK_STORE_INFO');
/** RavenDB's own `DocumentStore`; null on another store. Injecting it makes no connection. */
export const DOCUMENT_STORE = Symbol('SPARK_DOCUMENT_STORE');
/** `RavenConnection` of the application's database; null on another store */
export const RAVEN_CONNECTION = Symbol('SPARK_RAVEN_CONNECTION');
/** `SqliteDatabase` of the embedded store; null on another store */
export const SQLITE_DATABASE = Symbol('SPARK_SQLITE_DATABASE');

const repositories = new WeakMap<object, symbol>();

/**
 * The token of an entity's repository: `module.get(repositoryToken(Car))`.
 * @throws {TypeError} for a class that does not exist yet, because two files import each other
 */
export function repositoryToken(entity: EntityClass): symbol {
  const fault = classFault(entity, 'the class of a repository');
  if (fault !== null) throw new TypeError(`${fault}.`);
  const known = repositories.get(entity);
  if (known) return known;
  const token = Symbol(`SPARK_REPOSITORY_${entity.name}`);
  repositories.set(entity, token);
  return token;
}
