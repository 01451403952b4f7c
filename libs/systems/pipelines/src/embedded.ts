export { CommandRefusedError, type CommandRefusal } from './aggregate/commands.ts';
export type { Totals } from './batch/batch.ts';
export { type Connection, Connections } from './connect/connections.ts';
export { placeOf } from './connect/place-of.ts';
export { RunFailedError } from './connect/ports.ts';
export {
  DefinitionRefusedError,
  describeRefusal,
  type Refusal,
  type RefusalKind,
} from './definition/refusal.ts';
export { readDefinition } from './definition/read-definition.ts';
export type { PipelineDefinition } from './definition/types.ts';
export {
  EmbeddedPipelines,
  type EmbeddedPipelinesOptions,
  type EmbeddedRunOptions,
  type RunResult,
} from './embed/embedded-pipelines.ts';
export type { PipelineView, ProgressView } from './project/view.ts';
export { previewDefinition, type PreviewedRecord, type PreviewStep } from './serve/preview.ts';
export { operatorTokenFile } from './settings/operator-token-file.ts';
export { readConnections } from './settings/read-connections.ts';
export type { Letter } from './store/letters.ts';
export { runTests, type TestResult } from './transform/run-tests.ts';
