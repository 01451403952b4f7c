export * from './index.ts';
export { readSettings as readStoreSettings } from './choose/read-settings.ts';
export { RAVEN_CONNECTION } from './hand-out/tokens.ts';
export { FeatureEntities } from './entities/feature-entities.ts';
