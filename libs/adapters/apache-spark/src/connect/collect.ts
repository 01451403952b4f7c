import { delayMs, pause, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import type { ConnectClient, ConnectSession } from './connect-client.ts';
import { ApacheSparkError, toApacheSparkError } from './errors.ts';
import type { ExecuteResponse, Plan } from './messages.ts';

const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };
/** Whoever took over the operation reports that elsewhere; clients do not compete for it. */
const TAKEN_MS = 15_000;

/** What to execute, and how. */
export interface Execution {
  session: ConnectSession;
  operationId: string;
  plan: Plan;
  /** Maximum size of the results in bytes, as sent; all of them are held in memory. */
  mostBytes: number;
  signal: AbortSignal;
  /** Called when nothing answers, before the retry. */
  onAway?: (error: Error) => void;
}

/** The calls that an execution needs. */
export type ExecutingClient = Pick<ConnectClient, 'execute' | 'reattach' | 'interrupt'>;

/**
 * Executes a plan to its end, across broken connections and streams that the server ends early. With an operation id that the
 * server knows, takes over that execution.
 * @throws {ApacheSparkError} `lost` when the server no longer has it, `cancelled`, `too-large` or `refused`; the signal's reason
 *   when aborted
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
  // Otherwise the server would continue with results that nobody reads.
  await client.interrupt(session, operationId).catch(() => undefined);
  return new ApacheSparkError('too-large', `The result has more than ${mostBytes} bytes`);
}
