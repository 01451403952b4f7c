import { ApacheSparkError, type ConnectClient, type ConnectSession } from '@nestjs-spark/apache-spark';
import { runningTasks } from '@nestjs-spark/apache-spark/internal';
import { describeError } from '@nestjs-spark/foundation';
import { pause } from '@nestjs-spark/foundation/internal';
import type { CancelProof } from '../../job/job.ts';

/** The pause between two checks that both have to find nothing, in milliseconds. */
const BETWEEN_MS = 1_000;
const AGAIN_MS = 200;

/** An operation, and the session that it belongs to. */
export interface Operation {
  session: ConnectSession;
  operationId: string;
}

/** Everything that a run can have on a cluster, regardless of who started it. */
export interface RunOperations {
  /** The ids of all operations that the run can have, started or not. */
  ids: readonly string[];
  /** The session of these operations. @throws if the server does not answer */
  session(): Promise<ConnectSession>;
  /** Called when the server does not know the session. @returns whether there may be another one, which has to be checked instead */
  renew(session: ConnectSession): boolean;
}

/** Dependencies for proving an end. */
export interface ProofParts {
  client: Pick<ConnectClient, 'statuses' | 'interrupt'>;
  /** The address of the UI that lists running tasks. */
  ui: string;
  signal: AbortSignal;
  /** Called for each operation that the server has. */
  onFound(operation: Operation): void;
  onFailure(error: unknown): void;
}

/**
 * Interrupts the operations of a run until nothing of it is running. The server reports an operation as ended while its tasks still run, so the
 * tasks themselves are checked, twice. The process that started the run may be gone, so every possible operation is checked.
 * @throws the signal's reason if it is aborted before that
 */
export async function endWithProof(operations: RunOperations, parts: ProofParts): Promise<CancelProof> {
  const { signal, onFailure } = parts;
  for (let quiet = 0; quiet < 2;) {
    signal.throwIfAborted();
    try {
      quiet = (await isQuiet(operations, parts)) ? quiet + 1 : 0;
    } catch (error) {
      quiet = 0;
      onFailure(error);
    }
    if (quiet < 2) await pause(quiet === 1 ? BETWEEN_MS : AGAIN_MS, signal);
  }
  return {
    source: 'spark-connect',
    observed:
      'Spark Connect executes no operation of the run, and the UI of Apache Spark lists none of its tasks, in two looks a second apart',
    at: new Date().toISOString(),
  };
}

async function isQuiet(operations: RunOperations, { client, ui, onFound }: ProofParts): Promise<boolean> {
  const session = await operations.session();
  let isIdle = true;
  for (const [operationId, state] of await statesOf(client, session, operations)) {
    if (state === 'unknown') continue;
    onFound({ session, operationId });
    if (state !== 'running') continue;
    isIdle = false;
    await client.interrupt(session, operationId);
  }
  return isIdle && (await runningTasks(ui, operations.ids)) === 0;
}

/** Nothing runs in a session that the server does not know. */
async function statesOf(
  client: ProofParts['client'],
  session: ConnectSession,
  { ids, renew }: RunOperations,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await client.statuses(session, ids);
  } catch (error) {
    const isGone = error instanceof ApacheSparkError && error.kind === 'lost';
    if (isGone && !renew(session)) return new Map();
    throw new Error(`Apache Spark does not report the state of the run: ${describeError(error)}`, {
      cause: error,
    });
  }
}
