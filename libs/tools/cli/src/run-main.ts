import { asTyped } from './as-typed.ts';
import { asksForJson, CliError, failureJson } from './cli-error.ts';
import { helpFor, run } from './run.ts';
import { endWithReader } from './end-with-reader.ts';

/** Executes this process's command line, and sets its exit code. */
export async function main(): Promise<void> {
  const words = process.argv.slice(2);
  endWithReader();
  try {
    const { exitCode, text } = await run(words, process.env);
    if (text !== '') console.log(asTyped(text, process.env));
    process.exitCode = exitCode;
  } catch (error) {
    if (!isForUser(error)) throw error;
    const exitCode = error instanceof CliError ? error.exitCode : 1;
    const asJson = asksForJson(words);
    if (asJson) console.log(asTyped(failureJson(error.message), process.env));
    else console.error(asTyped(error.message, process.env));
    if (exitCode === 2 && !asJson) console.error(asTyped(helpFor(words), process.env));
    process.exitCode = exitCode;
  }
}

/** An error of the system, such as a file that cannot be written, explains itself; a programming error keeps its stack trace. */
function isForUser(error: unknown): error is Error {
  return error instanceof CliError || (error instanceof Error && 'syscall' in error);
}
