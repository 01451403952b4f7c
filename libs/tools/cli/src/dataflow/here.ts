import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { dataDir, messageOf, printable, toList } from '@nestjs-spark/foundation/internal';
import { tryLock } from '@nestjs-spark/servers/internal';
import {
  CommandRefusedError,
  DefinitionRefusedError,
  EmbeddedPipelines,
  placeOf,
  previewDefinition,
  readConnections,
  readDefinition,
  runTests,
  type PipelineDefinition,
  type Totals,
} from '@nestjs-spark/pipelines/embedded';
import {
  DONE,
  FAILED,
  oneOfFault,
  print,
  REFUSED,
  refuse,
  refuseDefinition,
  say,
  tell,
  type ExitCode,
} from './exit-codes.ts';
import { whyUnreadable } from '../why-unreadable.ts';

const SHOW_EVERY_MS = 1_000;
const LONGEST_SHOWN = 500;
const NEWLINE = 0x0a;
const complain = (line: string): void => tell(printable(line));
/** Only what goes wrong is said beside the progress. */
const quiet = { debug: () => undefined, log: () => undefined, warn: complain, error: complain };

export interface HereOptions {
  once?: boolean | undefined;
  from?: string | undefined;
  reset?: string | undefined;
  limit?: string | undefined;
}

/** Carries out a command in this process, with its output as it comes. */
export async function here(command: string, path: string, options: HereOptions): Promise<ExitCode> {
  const bytes = await readFile(path).catch((error: unknown) => whyUnreadable(path, error));
  if (typeof bytes === 'string') return refuse(bytes);
  if (!isUtf8(bytes)) return refuse(`${path} is not UTF-8: save it in this encoding`);
  const text = bytes.toString();
  let definition: PipelineDefinition | undefined;
  try {
    definition = readDefinition(text);
    if (command === 'validate') return say(`${path} is valid`);
    if (command === 'test') return await test(definition);
    if (command === 'preview') return await show(definition, path, options);
    return await run(definition, path, options);
  } catch (error) {
    if (error instanceof DefinitionRefusedError) return refuseDefinition(path, error);
    if (error instanceof CommandRefusedError && error.kind === 'needs-reset')
      return refuse(`${error.message}: --reset keep or --reset beginning`);
    tell(`Failed: ${printable(messageOf(error))}`);
    if (definition?.source.type === 'file') tell(`The files folder is ${resolve(filesOf(path))}`);
    return FAILED;
  }
}

async function test(definition: PipelineDefinition): Promise<ExitCode> {
  const results = await runTests(definition);
  for (const { name, passed, output, expected, failures } of results) {
    print(`${passed ? 'passed' : 'FAILED'}  ${name}`);
    if (passed) continue;
    print(`        expected ${JSON.stringify(expected)}\n        got      ${JSON.stringify(output)}`);
    for (const failure of failures) print(`        ${failure}`);
  }
  const failed = results.filter(({ passed }) => !passed).length;
  print(`${results.length - failed} passed, ${failed} failed`);
  return failed > 0 ? FAILED : DONE;
}

async function run(definition: PipelineDefinition, path: string, options: HereOptions): Promise<ExitCode> {
  const { source } = definition;
  if (options.once && !hasEnd(source))
    return refuse('--once: the source has no end. Leave --once out, and stop the run with Ctrl-C');
  const from = oneOf('from', options.from, ['checkpoint', 'beginning'] as const);
  const reset = oneOf('reset', options.reset, ['keep', 'beginning'] as const);
  if (from === null || reset === null) return REFUSED;
  const folder = folderOf(definition);
  const files = filesOf(path);
  const connections = await connectionsHere();
  const pipelines = new EmbeddedPipelines({
    folder,
    files,
    connections,
    print: (line) => console.log(line),
    log: quiet,
  });
  // Two would take the pipeline from each other, batch by batch.
  const held = await tryLock(join(folder, 'run.lock'));
  try {
    if (typeof held !== 'number')
      return await runAlone(pipelines, definition, { files, once: options.once, from, reset });
    tell(`${definition.pipelineId} is already running in process ${held}: stop it first`);
    return FAILED;
  } finally {
    await pipelines.close();
    if (typeof held !== 'number') held.release();
  }
}

function hasEnd(source: PipelineDefinition['source']): boolean {
  if (source.type === 'file') return source.follow !== true;
  return source.type === 'generate' && source.count !== undefined;
}

interface RunOptions {
  files: string;
  once: boolean | undefined;
  from: 'checkpoint' | 'beginning' | undefined;
  reset: 'keep' | 'beginning' | undefined;
}

async function runAlone(
  pipelines: EmbeddedPipelines,
  definition: PipelineDefinition,
  { files, once, from, reset }: RunOptions,
): Promise<ExitCode> {
  const asked = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => asked.abort());
  const given = { ...(from && { from }), ...(reset && { reset }) };
  const { state, totals, added } = await pipelines.run(definition, {
    signal: asked.signal,
    onProgress: showProgress(),
    ...given,
  });
  const isRead = state.status === 'Completed';
  tell(`${state.status}: ${describeTotals(added)}`);
  if (isRead && added.read === 0) tell(totals.read === 0 ? 'The source has no records' : NOTHING_NEW);
  if (definition.sink.type === 'file') tell(`Files in ${join(files, definition.sink.path)}`);
  if (added.deadLettered > 0) await showLetter(pipelines, definition, files);
  if (isRead || !once) return DONE;
  tell('It was stopped before its source was read to the end; the next run continues');
  return FAILED;
}

const NOTHING_NEW = 'There is nothing new; --from beginning reads everything again';

async function show(definition: PipelineDefinition, path: string, options: HereOptions): Promise<ExitCode> {
  const limit = /^\d{1,9}$/.test(options.limit ?? '10') ? Number(options.limit ?? 10) : Number.NaN;
  if (!Number.isInteger(limit) || limit < 1) return refuse('--limit has to be a whole number, at least 1');
  const connections = await connectionsHere();
  const records = await previewDefinition(definition, { files: filesOf(path), connections, limit });
  for (const { input, steps, output } of records) {
    print(`in   ${printable(JSON.stringify(input))}`);
    for (const { step, outcome, record, reason } of steps)
      print(`     ${step}: ${printable(reason ?? (record ? JSON.stringify(record) : outcome))}`);
    print(output ? `out  ${printable(JSON.stringify(output))}` : 'out  nothing');
  }
  return DONE;
}

function filesOf(path: string): string {
  return process.env['SPARK_PIPELINES_FILES'] || dirname(path);
}

function connectionsHere() {
  const allowed = toList(process.env['SPARK_PIPELINES_SECRETS'] ?? '');
  return readConnections(process.env['SPARK_PIPELINES_CONNECTIONS'] || null, allowed, process.env);
}

/** Beside what an app knows, and one for each pipeline: two processes with one store would take it from each other. */
function folderOf({ pipelineId }: PipelineDefinition): string {
  const folder = process.env['SPARK_PIPELINES_DIR'] || join(dataDir(process.env), 'pipelines');
  return join(folder, 'run', pipelineId);
}

async function showLetter(
  pipelines: EmbeddedPipelines,
  { pipelineId, source }: PipelineDefinition,
  files: string,
): Promise<void> {
  const last = (await pipelines.letters(pipelineId)).at(-1);
  if (!last) return;
  const line = source.type === 'file' ? await lineOf(join(files, last.partition), last.offset) : null;
  const place = line === null ? placeOf(last) : `line ${line} of ${last.partition}`;
  // Whoever wrote the record must not write on this screen.
  tell(`Last dead letter: ${place}, ${last.step}: ${printable(last.reason)}`);
  tell(`  ${printable(cut(last.record))}`);
}

/** The line that begins at a byte of a file; null where the file is gone. */
async function lineOf(file: string, byte: number): Promise<number | null> {
  if (byte === 0) return 1;
  let line = 1;
  try {
    for await (const bytes of createReadStream(file, { end: byte - 1 }))
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) line++;
    return line;
  } catch {
    return null;
  }
}

const cut = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

function showProgress(): (totals: Totals) => void {
  let shownAt = Date.now();
  return (totals) => {
    if (Date.now() - shownAt < SHOW_EVERY_MS) return;
    shownAt = Date.now();
    tell(describeTotals(totals));
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
  const fault = oneOfFault(name, value, known);
  if (fault !== null) refuse(fault);
  return known.find((one) => one === value) ?? null;
}
