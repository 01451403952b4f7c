export * from './index.ts';
export { readSettings as readStoreSettings, STORE_OPTIONS } from './choose/read-settings.ts';
export { chooseParts } from './choose/choose-parts.ts';
export { describeStore } from './hand-out/describe-store.ts';
export { OWN_CHANGES, RAVEN_CONNECTION, SQLITE_DATABASE, STORE_PARTS } from './hand-out/tokens.ts';
export { declarationOf, type EntityDeclaration } from './entities/entity.ts';
export type { StoreParts } from './choose/parts.ts';
export { FeatureEntities } from './entities/feature-entities.ts';
