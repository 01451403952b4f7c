import { CliError, run } from '@nestjs-spark/cli';

const HELP = `npm run dataflow: starts the Dataflow app, shows a first pipeline, and keeps running until Ctrl-C; with --once it ends by itself.
npm run dataflow -- COMMAND … is "nestjs-spark dataflow COMMAND …":
`;

const words = process.argv.slice(2);
const [first] = words;
if (first === undefined || first === '--once') {
  await (await import('./serve.ts')).serveDataflow(first === '--once');
} else {
  if (first === '--help') console.log(HELP);
  try {
    const { text, exitCode } = await run(['dataflow', ...words], process.env);
    if (text !== '') console.log(text);
    process.exitCode = exitCode;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    console.error(`${error.message}. npm run dataflow -- --help lists the commands.`);
    process.exitCode = error.exitCode;
  }
}
