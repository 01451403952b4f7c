export * from './index.ts';
export { DEFAULT_BUDGETS } from './run/script-pool.ts';
export {
  commandsForDelete,
  commandsForUpdate,
  type ScriptLoad,
  type SourceDocument,
} from './commands/commands-for.ts';
export { collectionPrefix, generatedId, generatedPrefix, isSameCollection } from './names/id-prefix.ts';
export { splitMetadata, type SplitDocument } from './json/split-metadata.ts';
export { copyCollections } from './validate/copy-collections.ts';
