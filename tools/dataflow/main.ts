import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDir } from '@nestjs-spark/foundation';
import {
  CommandRefusedError,
  DefinitionRefusedError,
  describeRefusal,
  EmbeddedPipelines,
  previewDefinition,
  readConnections,
  readDefinition,
  runTests,
  type PipelineDefinition,
  type Totals,
} from '@nestjs-spark/pipelines/embedded';
import { isRemote, remote } from './remote.ts';

const HELP = `Pipelines. Without a command: starts the Dataflow app, shows a first pipeline, and keeps running until Ctrl-C.
In this process, without any server:
  npm run dataflow -- validate FILE    checks a definition
  npm run dataflow -- test FILE        runs the tests in it
  npm run dataflow -- preview FILE     shows what each step makes of the first records (--limit 10)
  npm run dataflow -- run FILE         runs it until its source is read, or until Ctrl-C
      --once                           the same; refused where the source has no end
      --from beginning                 reads everything again, as a new generation
      --reset keep|beginning           what becomes of the position when source or sink have changed
Of an app that runs (--url, default http://127.0.0.1:5005; --json; token in SPARK_OPERATOR_TOKEN):
  npm run dataflow -- plan FILE        what apply would change
  npm run dataflow -- apply FILE       creates or changes the pipeline (--reset keep|beginning)
  npm run dataflow -- list
  npm run dataflow -- get|start|stop|pause|resume|delete|letters ID
A definition can name files below SPARK_PIPELINES_FILES; without that, below its own folder. What pipelines know is in
SPARK_PIPELINES_DIR (.spark/pipelines).
Exit code: 0 done, 1 failed, 2 the definition or the command is refused, 3 the app cannot be reached.`;

const [DONE, FAILED, REFUSED] = [0, 1, 2];
const SHOW_EVERY_MS = 1_000;
const complain = (line: string): void => console.error(line);
/** Only what goes wrong is said beside the progress. */
const quiet = { debug: () => undefined, log: () => undefined, warn: complain, error: complain };

const options = {
  once: { type: 'boolean' },
  from: { type: 'string' },
  reset: { type: 'string' },
  limit: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;
const { values, positionals } = readArguments();
const [command, file] = positionals;

if (values.help) console.log(HELP);
else if (!command) await (await import('./serve.ts')).serveDataflow(values.once ?? false);
else if (isRemote(command)) process.exitCode = await remote(command, file, values);
else if (!file) refuse(`Name a file: npm run dataflow -- ${command} FILE`);
else process.exitCode = await perform(command, file);

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit();
  }
}

async function perform(asked: string, path: string): Promise<number> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return refuse(`${path} cannot be read`);
  try {
    const definition = readDefinition(text);
    if (asked === 'validate') return say(`${path} is valid`);
    if (asked === 'test') return await test(definition);
    if (asked === 'preview') return await show(definition, path);
    if (asked === 'run') return await run(definition, path);
    return refuse(`There is no command ${asked}\n\n${HELP}`);
  } catch (error) {
    if (error instanceof DefinitionRefusedError)
      return refuse(error.refusals.map((refusal) => `${path}:${describeRefusal(refusal)}`).join('\n'));
    if (error instanceof CommandRefusedError && error.kind === 'needs-reset')
      return refuse(`${error.message}: --reset keep or --reset beginning`);
    console.error(`Failed: ${error instanceof Error ? error.message : String(error)}`);
    return FAILED;
  }
}

async function test(definition: PipelineDefinition): Promise<number> {
  const results = await runTests(definition);
  for (const { name, passed, output, expected, failures } of results) {
    console.log(`${passed ? 'passed' : 'FAILED'}  ${name}`);
    if (passed) continue;
    console.log(`        expected ${JSON.stringify(expected)}\n        came     ${JSON.stringify(output)}`);
    for (const failure of failures) console.log(`        ${failure}`);
  }
  const failed = results.filter(({ passed }) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed > 0 ? FAILED : DONE;
}

async function run(definition: PipelineDefinition, path: string): Promise<number> {
  const { source } = definition;
  const isBounded = source.type === 'file' || (source.type === 'generate' && source.count !== undefined);
  if (values.once && !isBounded) return refuse('--once: its source has no end');
  const from = oneOf('from', values.from, ['checkpoint', 'beginning'] as const);
  const reset = oneOf('reset', values.reset, ['keep', 'beginning'] as const);
  if (from === null || reset === null) return REFUSED;
  const folder = process.env['SPARK_PIPELINES_DIR'] || join(dataDir(process.env), 'pipelines');
  const files = filesOf(path);
  const connections = await connectionsHere();
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.abort());
  const pipelines = new EmbeddedPipelines({
    folder,
    files,
    connections,
    print: (line) => console.log(line),
    log: quiet,
  });
  try {
    const onProgress = showProgress();
    const given = { ...(from && { from }), ...(reset && { reset }) };
    const { state, added } = await pipelines.run(definition, { signal: asked.signal, onProgress, ...given });
    console.error(`${state.status}: ${describeTotals(added)}`);
    if (added.read === 0) console.error('There is nothing new; --from beginning reads everything again');
    if (definition.sink.type === 'file') console.error(`Files in ${join(files, definition.sink.path)}`);
    if (added.deadLettered > 0) await showLetter(pipelines, definition.pipelineId);
    return DONE;
  } finally {
    await pipelines.close();
  }
}

async function show(definition: PipelineDefinition, path: string): Promise<number> {
  const limit = Number(values.limit ?? 10);
  if (!Number.isInteger(limit) || limit < 1) return refuse('--limit is a whole number, at least 1');
  const connections = await connectionsHere();
  const records = await previewDefinition(definition, { files: filesOf(path), connections, limit });
  for (const { input, steps, output } of records) {
    console.log(`in   ${JSON.stringify(input)}`);
    for (const { step, outcome, record, reason } of steps)
      console.log(`     ${step}: ${reason ?? (record ? JSON.stringify(record) : outcome)}`);
    console.log(output ? `out  ${JSON.stringify(output)}` : 'out  nothing');
  }
  return DONE;
}

function filesOf(path: string): string {
  return process.env['SPARK_PIPELINES_FILES'] || dirname(path);
}

function connectionsHere() {
  const allowed = (process.env['SPARK_PIPELINES_SECRETS'] ?? '').split(',').map((one) => one.trim());
  return readConnections(process.env['SPARK_PIPELINES_CONNECTIONS'] || null, allowed, process.env);
}

async function showLetter(pipelines: EmbeddedPipelines, pipelineId: string): Promise<void> {
  const last = (await pipelines.letters(pipelineId)).at(-1);
  if (last) console.error(`Last dead letter: ${last.partition}:${last.offset}, ${last.step}: ${last.reason}`);
}

function showProgress(): (totals: Totals) => void {
  let shownAt = Date.now();
  return (totals) => {
    if (Date.now() - shownAt < SHOW_EVERY_MS) return;
    shownAt = Date.now();
    console.error(describeTotals(totals));
  };
}

function describeTotals({ read, written, filtered, deadLettered, batches }: Totals): string {
  return `read ${read}, written ${written}, filtered ${filtered}, dead letters ${deadLettered}, batches ${batches}`;
}

/** Undefined when it is not given, null when it is none of these, which has been said then. */
function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined | null {
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (!found) refuse(`--${name} is one of ${known.join(', ')}`);
  return found ?? null;
}

function say(text: string): number {
  console.log(text);
  return DONE;
}

function refuse(text: string): number {
  console.error(text);
  process.exitCode = REFUSED;
  return REFUSED;
}
