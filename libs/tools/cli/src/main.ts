#!/usr/bin/env node
import { CliError } from './cli-error.ts';
import { helpFor, run } from './run.ts';

try {
  const { exitCode, text } = await run(process.argv.slice(2), process.env);
  if (text !== '') console.log(text);
  process.exitCode = exitCode;
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  if (error.exitCode === 2) console.error(helpFor(process.argv.slice(2)));
  process.exitCode = error.exitCode;
}
