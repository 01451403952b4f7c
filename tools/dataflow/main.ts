import { asksForJson, asTyped, CliError, endWithReader, failureJson, run } from '@nestjs-spark/cli';
import { takenByNpm } from '@nestjs-spark/foundation/internal';

const HELP = `npm run dataflow: starts the Dataflow app, shows a first pipeline, and keeps running until Ctrl-C; with --once it ends by itself.
npm run dataflow -- COMMAND … carries out one of these:
`;

const words = process.argv.slice(2);
const [first] = words;
const taken = takenByNpm(['once'], process.env, words.length > 0);
if (taken !== null) {
  console.error(taken);
  process.exitCode = 2;
} else if (words.length === 0 || (first === '--once' && words.length === 1)) {
  await (await import('./serve.ts')).serveDataflow(first === '--once');
} else {
  endWithReader();
  if (first === '--help' || first === '-h') console.log(HELP);
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
