import { delayMs, pause, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import type { ConnectClient, ConnectSession } from './connect-client.ts';
import { toApacheSparkError } from './errors.ts';
import type { ExecuteResponse, Plan } from './messages.ts';

const AGAIN: RetryPolicy = { waitMs: 250, factor: 2, longestMs: 3_000 };
/** Whoever has taken the operation says so elsewhere; nobody fights for it. */
const TAKEN_MS = 15_000;

/** What an execution is asked for with. */
export interface Execution {
  session: ConnectSession;
  operationId: string;
  plan: Plan;
  signal: AbortSignal;
  /** Called when nothing answers, before it is tried again. */
  onAway?: (error: Error) => void;
}

/**
 * Executes a plan to its end, through broken connections and through streams that the server ends early; under an id that the
 * server knows, it takes over that execution.
 * @throws {ApacheSparkError} `lost` when the server does not have it any more, `cancelled`, or `refused`; the signal's reason when aborted
 */
export async function collect(client: ConnectClient, execution: Execution): Promise<ExecuteResponse[]> {
  const { session, operationId, plan, signal, onAway } = execution;
  const responses: ExecuteResponse[] = [];
  let after: string | null = null;
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
