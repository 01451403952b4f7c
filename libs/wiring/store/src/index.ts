export {
  Decimal,
  mapOf,
  setOf,
  type FieldClass,
  type FieldConverter,
  type FieldType,
} from '@nestjs-spark/contracts/internal';
export type { IndexDefinition } from '@nestjs-spark/ravendb';
export { StoreBackup } from './back-up/store-backup.ts';
export type { SparkStoreOptions, StoreKind } from './choose/options.ts';
export { StorePreparation, type StoreReadiness } from './come-up/store-preparation.ts';
export { collectionNameOf, Entity, type EntityClass, type EntityOptions } from './entities/entity.ts';
export { EntityDeclarationError, type FieldFault } from './entities/entity-declaration-error.ts';
export { Field } from './entities/field.ts';
export { InjectDocumentStore, InjectRepository } from './hand-out/inject.ts';
export {
  CHANGE_FEED,
  CHANGE_TARGET,
  DOCUMENT_STORE,
  MODULE_REGISTRY,
  repositoryToken,
  STATE_STORE,
  STORE_INFO,
} from './hand-out/tokens.ts';
export { SparkStoreModule } from './spark-store.module.ts';
export type { StoreInfo } from './choose/parts.ts';
export type { SparkTransaction, TransactionWrites } from './transactions/collected-writes.ts';
export { SparkTransactions } from './transactions/spark-transactions.ts';
