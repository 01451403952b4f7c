import { asTyped } from './as-typed.ts';
import { CliError } from './cli-error.ts';
import { helpFor, run } from './run.ts';

/** Executes this process's command line, and sets its exit code. */
export async function main(): Promise<void> {
  const words = process.argv.slice(2);
  try {
    const { exitCode, text } = await run(words, process.env);
    if (text !== '') console.log(asTyped(text, process.env));
    process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(asTyped(error.message, process.env));
    if (error.exitCode === 2) console.error(asTyped(helpFor(words), process.env));
    process.exitCode = error.exitCode;
  }
}
