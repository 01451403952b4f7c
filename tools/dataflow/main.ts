import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDir } from '@nestjs-spark/foundation';
import {
  CommandRefusedError,
  DefinitionRefusedError,
  describeRefusal,
  EmbeddedPipelines,
  readDefinition,
  runTests,
  type PipelineDefinition,
  type Totals,
} from '@nestjs-spark/pipelines';

const HELP = `Pipelines in this process, without any server.
  npm run dataflow -- validate FILE    checks a definition
  npm run dataflow -- test FILE        runs the tests that stand in it
  npm run dataflow -- run FILE         runs it until its source is read, or until Ctrl-C
      --once                           the same; refused where the source has no end
      --from beginning                 reads everything again, as a new generation
      --reset keep|beginning           what becomes of the position when source or sink have changed
A definition can name files below SPARK_PIPELINES_FILES; without that, below its own folder. What pipelines know is in
SPARK_PIPELINES_DIR (.spark/pipelines).
Exit code: 0 done, 1 failed, 2 the definition or the command is refused.`;

const [DONE, FAILED, REFUSED] = [0, 1, 2];
const SHOW_EVERY_MS = 1_000;

const options = {
  once: { type: 'boolean' },
  from: { type: 'string' },
  reset: { type: 'string' },
  help: { type: 'boolean' },
} as const;
const { values, positionals } = readArguments();
const [command, file] = positionals;

if (values.help || !command) {
  console.log(HELP);
  process.exitCode = values.help ? DONE : REFUSED;
} else if (!file) refuse(`Name a file: npm run dataflow -- ${command} FILE`);
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
    if (asked === 'test') return test(definition);
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

function test(definition: PipelineDefinition): number {
  const results = runTests(definition);
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
  if (values.once && source.type === 'generate' && source.count === undefined)
    return refuse('--once: its source has no end; give it a count');
  const from = oneOf('from', values.from, ['checkpoint', 'beginning'] as const);
  const reset = oneOf('reset', values.reset, ['keep', 'beginning'] as const);
  if (from === null || reset === null) return REFUSED;
  const folder = process.env['SPARK_PIPELINES_DIR'] || join(dataDir(process.env), 'pipelines');
  const files = process.env['SPARK_PIPELINES_FILES'] || dirname(path);
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.abort());
  const pipelines = new EmbeddedPipelines({ folder, files, print: (line) => console.log(line) });
  try {
    const onProgress = showProgress();
    const given = { ...(from && { from }), ...(reset && { reset }) };
    const { state, added } = await pipelines.run(definition, { signal: asked.signal, onProgress, ...given });
    console.error(`${state.status}: ${describeTotals(added)}`);
    if (added.read === 0) console.error('Nothing new is there; --from beginning reads everything again');
    if (definition.sink.type === 'file') console.error(`Files in ${join(files, definition.sink.path)}`);
    if (added.deadLettered > 0) await showLetter(pipelines, definition.pipelineId);
    return DONE;
  } finally {
    await pipelines.close();
  }
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
