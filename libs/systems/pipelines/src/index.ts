export {
  DefinitionRefusedError,
  describeRefusal,
  type Refusal,
  type RefusalKind,
} from './definition/refusal.ts';
export { readDefinition } from './definition/read-definition.ts';
export type { PipelineDefinition } from './definition/types.ts';
