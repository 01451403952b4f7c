import { ApacheSparkError, type ConnectClient } from '@nestjs-spark/apache-spark';
import {
  arrowOfBlocks,
  blocksOf,
  collect,
  localData,
  mappedInOneTask,
  uuidOf,
} from '@nestjs-spark/apache-spark/internal';
import {
  delayMs,
  isObject,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  pause,
  type RetryPolicy,
} from '@nestjs-spark/foundation/internal';
import type { JobRun } from '../../job/backend.ts';
import type { JobCause } from '../../job/job.ts';
import { mostChunksOf, type Chunk } from './chunks.ts';
import { ownLanguage, type ExecutorConfig } from './executor/report.ts';
import type { Operation } from './prove-end.ts';
import type { ScriptSession, SparkSession } from './spark-session.ts';

/** The result of a chunk. */
export interface ChunkResult {
  parts: Uint8Array[];
  documents: number;
  failed: number;
  operation: Operation;
}

/** A run on Apache Spark ended with this failure. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
  readonly failure: JobCause;

  constructor(failure: JobCause) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Dependencies for running chunks. */
export interface ChunkParts {
  client: ConnectClient;
  session: SparkSession;
  /** The Node command on the executors, and their Python version. */
  executor: { node: string; python: string };
  /** Called before each operation starts: whoever cancels has to know all of them. */
  onOperation(operation: Operation): void;
  /** Called once this process holds an operation's result, so that the server need not keep it. */
  onHeld(operation: Operation): Promise<void>;
  onAway(error: Error): void;
  signal: AbortSignal;
}

/** After this many losses a chunk is given up: whenever the server is lost, other runs are affected as well. */
const MOST_LIVES = 10;
/** How much of a run's result a process holds until it is stored. */
export const MOST_RESULT_BYTES = 256 * 1024 * 1024;
const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };

function idOfChunk({ runId }: Pick<JobRun, 'runId'>, chunk: number, life: number): string {
  return uuidOf(`${runId}/${chunk}/${life}`);
}

/** The ids of all operations that a script's run can have, in any process. */
export function idsOfChunks(run: Pick<JobRun, 'runId' | 'input'>): string[] {
  return Array.from({ length: mostChunksOf(run.input.bytes) }, (_, chunk) =>
    Array.from({ length: MOST_LIVES }, (__, life) => idOfChunk(run, chunk, life)),
  ).flat();
}

/**
 * Runs one chunk of a script's input. The operation's id is derived from the run and the chunk, so a second process that does the same gets the
 * same operation. If the server loses one, it is run again under another id: a script has no side effects.
 * @throws {RunFailedError} with the cause; {ApacheSparkError} `cancelled`
 */
export async function runChunk(run: JobRun, chunk: Chunk, parts: ChunkParts): Promise<ChunkResult> {
  for (let life = 0; ; life++) {
    const session = await openSession(parts);
    const operation = { session, operationId: idOfChunk(run, chunk.index, life) };
    parts.onOperation(operation);
    try {
      return await runOnce(run, chunk, operation, parts);
    } catch (error) {
      if (!(error instanceof ApacheSparkError) || error.kind === 'cancelled') throw error;
      if (error.kind === 'too-large') throw resultTooLarge();
      if (error.kind !== 'lost') throw new RunFailedError(causeOfRefusal(error));
      if (life + 1 >= MOST_LIVES)
        throw new RunFailedError({
          class: 'lost',
          code: 'gave-up',
          message: `It was lost ${MOST_LIVES} times: ${error.message}`,
        });
      // If only the operation is gone, a process released its result and ended before storing it.
      if (error.code?.startsWith('INVALID_HANDLE.SESSION')) parts.session.forget(session);
    }
  }
}

async function runOnce(
  run: JobRun,
  { blocks }: Chunk,
  operation: Operation & { session: ScriptSession },
  { client, executor, signal, onAway }: ChunkParts,
): Promise<ChunkResult> {
  const { archive } = operation.session;
  const plan = mappedInOneTask(localData(arrowOfBlocks(blocks)), {
    module: archive.module,
    argument: JSON.stringify(configOf(run, executor.node, archive.main)),
    python: executor.python,
  });
  const mostBytes = MOST_RESULT_BYTES;
  const responses = await collect(client, { ...operation, plan, signal, onAway, mostBytes });
  const rows = responses.flatMap(({ arrow_batch }) => (arrow_batch?.data ? blocksOf(arrow_batch.data) : []));
  const report = readReport(rows.at(-1)?.report ?? null);
  return { ...report, operation, parts: rows.flatMap(({ part }) => (part === null ? [] : [part])) };
}

function configOf(run: JobRun, node: string, main: string): ExecutorConfig {
  if (run.transformation.kind !== 'script') throw new TypeError('not a script');
  const { collection, script } = run.transformation;
  const { name, submitter, options } = run;
  const { onDocumentFailure } = options;
  return { node, main, name, collection, script, submitter, onDocumentFailure, language: ownLanguage() };
}

/** The result of a script exceeds what a process holds. */
export function resultTooLarge(): RunFailedError {
  return new RunFailedError({
    class: 'resource',
    code: 'result-too-large',
    message: `The result has more than ${MOST_RESULT_BYTES} bytes: cut the input into several jobs`,
  });
}

/** Opens the session, waiting until the server answers. */
async function openSession({ session, signal, onAway }: ChunkParts): Promise<ScriptSession> {
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    try {
      return await session.ready();
    } catch (error) {
      if (!(error instanceof ApacheSparkError)) throw error;
      if (error.kind !== 'away') throw new RunFailedError(causeOfRefusal(error));
      onAway(error);
      await pause(delayMs(AGAIN, failures), signal);
    }
  }
}

const IS_CAUSE = isObjectOf(
  {
    class: isOneOf('user', 'backend', 'resource', 'timeout', 'lost'),
    code: isText(),
    message: isText(100_000),
  },
  { line: isWhole, column: isWhole, log: isText(100_000) },
);

function readReport(text: string | null): { documents: number; failed: number } {
  const said: unknown = text === null ? null : JSON.parse(text);
  if (isObject(said) && IS_CAUSE(said['cause'])) throw new RunFailedError(said['cause']);
  if (IS_TALLY(said)) return said;
  throw new RunFailedError({
    class: 'backend',
    code: 'no-report',
    message: 'The executor sent no report of its end',
  });
}

const IS_TALLY = isObjectOf({ documents: isWhole, failed: isWhole });

/** The cause for an error that Apache Spark answered with: its code, its message without the server's stack trace, and the full text as the log. */
export function causeOfRefusal({ code, message }: ApacheSparkError): JobCause {
  const [first = ''] = message.split('\n', 1);
  const log = message.length > first.length ? { log: message.slice(0, LONGEST_LOG) } : {};
  return { class: 'backend', code: code ?? 'refused', message: first.slice(0, LONGEST_MESSAGE), ...log };
}

const LONGEST_MESSAGE = 2_000;
const LONGEST_LOG = 16_000;
