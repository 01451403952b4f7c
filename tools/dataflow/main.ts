import {
  asksForJson,
  asTyped,
  DATAFLOW_COMMANDS,
  CliError,
  endWithReader,
  failureJson,
  run,
} from '@nestjs-spark/cli';
import { takenByNpm } from '@nestjs-spark/foundation/internal';

const HELP = `Starts the Dataflow app and shows a first pipeline, or carries out a command about pipelines.
  npm run dataflow               runs until Ctrl-C
  npm run dataflow -- --once     ends when the first pipeline has ended, with exit code 0 if it has completed
  npm run dataflow -- COMMAND    one of these

${DATAFLOW_COMMANDS}`;
const ASKS_FOR_HELP: ReadonlySet<string | undefined> = new Set(['--help', '-h', 'help']);

const words = process.argv.slice(2);
const [first] = words;
const taken = takenByNpm(['once'], process.env, words.length > 0);
if (taken !== null) {
  console.error(taken);
  process.exitCode = 2;
} else if (words.length === 0 || (first === '--once' && words.length === 1)) {
  await (await import('./serve.ts')).serveDataflow(first === '--once');
} else if (ASKS_FOR_HELP.has(first)) {
  endWithReader();
  console.log(asTyped(HELP, process.env));
} else {
  endWithReader();
  try {
    const { text, exitCode } = await run(['dataflow', ...words], process.env);
    if (text !== '') console.log(asTyped(text, process.env));
    process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = asTyped(error.message, process.env);
    const end = /[.?]$/.test(message) ? '' : '.';
    if (asksForJson(words)) console.log(failureJson(message));
    else console.error(`${message}${end} npm run dataflow -- --help lists the commands.`);
    process.exitCode = error.exitCode;
  }
}
