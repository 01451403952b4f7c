export { CommandRefusedError, type CommandRefusal } from './aggregate/commands.ts';
export type { Totals } from './batch/batch.ts';
export { type Connection, Connections } from './connect/connections.ts';
export { RunFailedError } from './connect/ports.ts';
export {
  DefinitionRefusedError,
  describeRefusal,
  type Refusal,
  type RefusalKind,
} from './definition/refusal.ts';
export { readDefinition } from './definition/read-definition.ts';
export type { PipelineDefinition } from './definition/types.ts';
export type { Letter } from './journal/journal.ts';
export {
  EmbeddedPipelines,
  type EmbeddedPipelinesOptions,
  type EmbeddedRunOptions,
} from './run/embedded-pipelines.ts';
export type { RunResult } from './run/run-pipeline.ts';
export { runTests, type TestResult } from './transform/run-tests.ts';
