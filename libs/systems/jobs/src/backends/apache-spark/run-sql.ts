import { ApacheSparkError, type ConnectClient, type ConnectSession } from '@nestjs-spark/apache-spark';
import {
  arrowOfTexts,
  collect,
  literal,
  localData,
  namedView,
  rowsAsJson,
  sqlCommand,
  textsOf,
  uuidOf,
  type ExecuteResponse,
  type Plan,
  type Relation,
} from '@nestjs-spark/apache-spark/internal';
import { isObject } from '@nestjs-spark/foundation/internal';
import type { JobRun } from '../../job/backend.ts';
import { linesOf } from '../../job/content.ts';
import type { JobCause } from '../../job/job.ts';
import { parseExactly } from '../../job/json.ts';
import type { Operation } from './prove-end.ts';
import { causeOfRefusal, RunFailedError } from './run-chunks.ts';

/** The input is sent in one message, and the protocol allows 128 MiB. */
const LARGEST_INPUT = 64 * 1024 * 1024;

/** Measured in the rows as Apache Spark sends them. */
const LARGEST_RESULT = 64 * 1024 * 1024;
const STEPS = ['input', 'statement', 'rows'] as const;

/** The ids of all operations that a statement's run can have, in any process. */
export function idsOfStatement({ runId }: Pick<JobRun, 'runId'>): string[] {
  return STEPS.map((step) => idOfStep(runId, step));
}

function idOfStep(runId: string, step: (typeof STEPS)[number]): string {
  return uuidOf(`${runId}/${step}`);
}

/** Dependencies for running a statement. */
export interface SqlParts {
  client: ConnectClient;
  session: ConnectSession;
  onOperation(operation: Operation): void;
  onAway(error: Error): void;
  signal: AbortSignal;
}

/** The result of a statement: its rows as a JSON array. */
export interface SqlResult {
  parts: Uint8Array[];
  rows: number;
}

/**
 * Runs a Spark SQL statement in its own session. The job's documents are the view `input` with the columns `id` and `document`, a JSON text.
 * @throws {RunFailedError} with the cause: `lost` if the server was lost meanwhile, as the statement may have had effects
 */
export async function runSqlOnSpark(run: JobRun, parts: SqlParts): Promise<SqlResult> {
  if (run.transformation.kind !== 'sql') throw new TypeError('not a statement');
  const { sql, args } = run.transformation;
  try {
    if (run.input.form === 'documents')
      await execute(run, 'input', namedView('input', await readInput(run)), parts);
    const written = isObject(args) ? (parseExactly(JSON.stringify(args)) as object) : {};
    const named = Object.entries(written).map(([name, value]) => [name, literal(value)]);
    const answers = await execute(run, 'statement', sqlCommand(sql, Object.fromEntries(named)), parts);
    const relation = answers.find(({ sql_command_result }) => sql_command_result)?.sql_command_result
      ?.relation;
    const rows =
      relation === undefined || isEmpty(relation)
        ? []
        : await execute(run, 'rows', rowsAsJson(relation), parts);
    return listOf(rows);
  } catch (error) {
    throw error instanceof ApacheSparkError && error.kind !== 'cancelled'
      ? new RunFailedError(causeOf(error))
      : error;
  }
}

/** Batch by batch, as all rows together may exceed the maximum length of a string. */
function listOf(rows: readonly ExecuteResponse[]): SqlResult {
  const list: SqlResult = { parts: [Buffer.from('[')], rows: 0 };
  for (const { arrow_batch } of rows) {
    const texts = arrow_batch?.data ? textsOf(arrow_batch.data, 'row') : [];
    if (texts.length === 0) continue;
    list.parts.push(Buffer.from(`${list.rows === 0 ? '' : ',\n'}${texts.join(',\n')}`));
    list.rows += texts.length;
  }
  list.parts.push(Buffer.from(']'));
  return list;
}

function execute(
  run: JobRun,
  step: (typeof STEPS)[number],
  plan: Plan,
  parts: SqlParts,
): Promise<ExecuteResponse[]> {
  const { client, session, onOperation, onAway, signal } = parts;
  const operation = { session, operationId: idOfStep(run.runId, step) };
  onOperation(operation);
  return collect(client, { ...operation, plan, signal, onAway, mostBytes: LARGEST_RESULT });
}

/** The answer to a command that returns no rows. */
function isEmpty({ local_relation }: Relation): boolean {
  return (
    isObject(local_relation) &&
    !('schema' in local_relation && local_relation['schema']) &&
    !local_relation['data']
  );
}

async function readInput({ input }: JobRun): Promise<Relation> {
  if (input.bytes > LARGEST_INPUT)
    throw new RunFailedError({
      class: 'resource',
      code: 'input-too-large',
      message: `A statement can be sent with at most ${LARGEST_INPUT} bytes of documents: put them where Apache Spark can read them`,
    });
  const [ids, documents]: [string[], string[]] = [[], []];
  for await (const line of linesOf(input.read())) {
    const { id, document } = parseExactly(line.toString()) as { id: string; document: object };
    ids.push(id);
    documents.push(JSON.stringify(document));
  }
  return localData(arrowOfTexts({ id: ids, document: documents }));
}

function causeOf(error: ApacheSparkError): JobCause {
  if (error.kind === 'too-large')
    return {
      class: 'resource',
      code: 'result-too-large',
      message: `The rows have more than ${LARGEST_RESULT} bytes: select less, or have the statement write them to a table`,
    };
  if (error.kind === 'lost')
    return {
      class: 'lost',
      code: 'server-ended',
      message: `The server of Apache Spark that ran the statement has ended: ${error.message}`,
    };
  // An error class means that the statement is at fault; failures at run time have none.
  const isUsers = error.code !== null && !error.code.startsWith('INVALID_HANDLE');
  return { ...causeOfRefusal(error), ...(isUsers ? { class: 'user' as const } : {}) };
}
