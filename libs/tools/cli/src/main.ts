#!/usr/bin/env node
import { CliError } from './cli-error.ts';
import { run } from './run.ts';

try {
  const { exitCode, text } = await run(process.argv.slice(2), process.env);
  if (text !== '') console.log(text);
  process.exitCode = exitCode;
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  if (error.exitCode === 2) console.error('Run nestjs-spark --help for the options.');
  process.exitCode = error.exitCode;
}
