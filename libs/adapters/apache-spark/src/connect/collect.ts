import { delayMs, pause, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import type { ConnectClient, ConnectSession } from './connect-client.ts';
import { ApacheSparkError, toApacheSparkError } from './errors.ts';
import type { ExecuteResponse, Plan } from './messages.ts';

const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };
/** Whoever has taken the operation says so elsewhere; nobody fights for it. */
const TAKEN_MS = 15_000;

/** What an execution is asked for with. */
export interface Execution {
  session: ConnectSession;
  operationId: string;
  plan: Plan;
  /** The most bytes of results that are taken, as they are sent; all of them are held in memory. */
  mostBytes: number;
  signal: AbortSignal;
  /** Called when nothing answers, before it is tried again. */
  onAway?: (error: Error) => void;
}

/** The calls that an execution needs. */
export type ExecutingClient = Pick<ConnectClient, 'execute' | 'reattach' | 'interrupt'>;

/**
 * Executes a plan to its end, through broken connections and through streams that the server ends early; under an id that the
 * server knows, it takes over that execution.
 * @throws {ApacheSparkError} `lost` when the server does not have it any more, `cancelled`, `too-large` or `refused`; the signal's reason when aborted
 */
export async function collect(client: ExecutingClient, execution: Execution): Promise<ExecuteResponse[]> {
  const { session, operationId, plan, mostBytes, signal, onAway } = execution;
  const responses: ExecuteResponse[] = [];
  let after: string | null = null;
  let bytes = 0;
  for (let failures = 0, known = false; ;) {
    signal.throwIfAborted();
    try {
      const stream: AsyncIterable<ExecuteResponse> = known
        ? client.reattach(session, operationId, after, signal)
        : client.execute(session, operationId, plan, signal);
      for await (const response of stream) {
        [known, failures] = [true, 0];
        after = response.response_id ?? after;
        if (response.result_complete) return responses;
        bytes += response.arrow_batch?.data?.byteLength ?? 0;
        if (bytes > mostBytes) throw await tooLarge(client, execution);
        if (response.arrow_batch ?? response.sql_command_result) responses.push(response);
      }
      known = true;
    } catch (error) {
      signal.throwIfAborted();
      const failure = toApacheSparkError(error);
      if (failure.kind !== 'away' && failure.kind !== 'taken') throw failure;
      if (failure.kind === 'away') onAway?.(failure);
      failures++;
      await pause(failure.kind === 'taken' ? TAKEN_MS : delayMs(AGAIN, failures), signal);
    }
  }
}

async function tooLarge(
  client: ExecutingClient,
  { session, operationId, mostBytes }: Execution,
): Promise<ApacheSparkError> {
  // Otherwise the server goes on with what nobody reads.
  await client.interrupt(session, operationId).catch(() => undefined);
  return new ApacheSparkError('too-large', `The result has more than ${mostBytes} bytes`);
}
