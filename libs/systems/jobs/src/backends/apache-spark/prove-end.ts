import type { ConnectClient, ConnectSession } from '@nestjs-spark/apache-spark';
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

/** What an end is proved with. */
export interface ProofParts {
  client: ConnectClient;
  /** The address of the UI that tells which tasks run. */
  ui: string;
  signal: AbortSignal;
  onFailure(error: unknown): void;
}

/**
 * Interrupts operations until nothing of them runs: the server says so first of its own record, while tasks still run, so the tasks
 * themselves are looked at, twice.
 * @throws the signal's reason when it is aborted before that
 */
export async function endWithProof(
  operations: readonly Operation[],
  parts: ProofParts,
): Promise<CancelProof> {
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

async function isQuiet(operations: readonly Operation[], { client, ui }: ProofParts): Promise<boolean> {
  let isIdle = true;
  for (const { session, operationId } of operations) {
    const state = await stateOf(client, session, operationId);
    if (state !== 'running') continue;
    isIdle = false;
    await client.interrupt(session, operationId);
  }
  if (!isIdle || operations.length === 0) return isIdle;
  const ids = operations.map(({ operationId }) => operationId);
  return (await runningTasks(ui, ids)) === 0;
}

/** A session that a server does not know has nothing running there. */
async function stateOf(client: ConnectClient, session: ConnectSession, operationId: string): Promise<string> {
  try {
    return (await client.statuses(session, [operationId])).get(operationId) ?? 'unknown';
  } catch (error) {
    if (error instanceof Error && 'kind' in error && error.kind === 'lost') return 'unknown';
    throw new Error(`Apache Spark does not say how the operation is: ${describeError(error)}`, {
      cause: error,
    });
  }
}
