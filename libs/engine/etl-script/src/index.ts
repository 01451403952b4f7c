export type {
  DeletedInput,
  DocumentLoader,
  EtlCommand,
  EtlPut,
  LargeEtlPut,
  ScriptFailure,
  ScriptFailureKind,
  ScriptInput,
  ScriptInspection,
  ScriptOutput,
  ScriptProblem,
  SendableCommand,
  SendableOutput,
  Transformation,
} from './types.ts';
export { inspectScript, MAX_SCRIPT_BYTES } from './validate/inspect-script.ts';
export type {
  AttachmentReference,
  DocumentExtras,
  ScriptFollow,
  TimeSeriesReference,
} from './extras/types.ts';
export { ScriptRefusedError } from './compile/compile-script.ts';
export { ScriptPool, type ScriptBudgets, type ScriptPoolOptions } from './run/script-pool.ts';
export type { ScriptRunner } from './run/script-runner.ts';
export { ScriptFaultedError } from './run/strikes.ts';
export { PoolClosedError, WorkerStartError } from '@nestjs-spark/sandbox';
