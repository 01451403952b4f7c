import { ApacheSparkError, type ConnectClient, type ConnectSession } from '@nestjs-spark/apache-spark';
import { runningTasks } from '@nestjs-spark/apache-spark/internal';
import { describeError } from '@nestjs-spark/foundation';
import { pause } from '@nestjs-spark/foundation/internal';
import type { CancelProof } from '../../job/job.ts';

/** Between two looks that both have to find nothing. */
const BETWEEN_MS = 1_000;
const AGAIN_MS = 200;

/** An operation, and the session that it belongs to. */
export interface Operation {
  session: ConnectSession;
  operationId: string;
}

/** Everything that a run can have on a cluster, whoever has started it. */
export interface RunOperations {
  /** Every id that an operation of the run can have, started or not. */
  ids: readonly string[];
  /** Where they are. @throws when nothing answers */
  session(): Promise<ConnectSession>;
  /** The server does not know this session. Whether there can be another one, which has to be looked at instead. */
  renew(session: ConnectSession): boolean;
}

/** What an end is proved with. */
export interface ProofParts {
  client: Pick<ConnectClient, 'statuses' | 'interrupt'>;
  /** The address of the UI that tells which tasks run. */
  ui: string;
  signal: AbortSignal;
  /** Told of each operation that the server has. */
  onFound(operation: Operation): void;
  onFailure(error: unknown): void;
}

/**
 * Interrupts the operations of a run until nothing of it runs: the server says so of its own record while tasks still run, so the
 * tasks themselves are looked at, twice. Whoever started them may be gone, so every operation that there can be is asked for.
 * @throws the signal's reason when it is aborted before that
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

/** A session that a server does not know has nothing running there. */
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
    throw new Error(`Apache Spark does not say how the run is: ${describeError(error)}`, { cause: error });
  }
}
