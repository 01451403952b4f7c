export { run, USAGE } from './run.ts';
export { CliError } from './cli-error.ts';
export type { Outcome } from './outcome.ts';
