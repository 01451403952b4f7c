export { asTyped } from './as-typed.ts';
export { DATAFLOW_COMMANDS } from './dataflow/usage.ts';
export { run, USAGE } from './run.ts';
export { asksForJson, CliError, failureJson } from './cli-error.ts';
export { endWithReader } from './end-with-reader.ts';
export type { Outcome } from './outcome.ts';
