import {
  ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { crc32 } from 'node:zlib';
import type { ConnectAddress } from './address.ts';
import { toApacheSparkError } from './errors.ts';
import type { ExecuteResponse, OperationStatus, Plan, StatusResponse } from './messages.ts';
import { readCalls, type Call } from './protocol.ts';

/** A session of a Spark Connect server, and its user: the client chooses both. */
export interface ConnectSession {
  sessionId: string;
  userId: string;
}

/** Timeout of control calls. */
const CONTROL_MS = 15_000;
const LARGEST_MESSAGE = 128 * 1024 * 1024;
/** Well below the 4 MB that the server accepts at a time. */
const ARTIFACT_PART = 32 * 1024;

/** The calls of Spark Connect. Each throws {@link ApacheSparkError}. */
export class ConnectClient {
  readonly #client: Client;
  readonly #metadata: () => Metadata;
  readonly #calls = readCalls();

  constructor({ target, tls, token }: ConnectAddress) {
    const channel = tls ? credentials.createSsl() : ChannelCredentials.createInsecure();
    this.#client = new Client(target, channel, {
      'grpc.max_receive_message_length': LARGEST_MESSAGE,
      'grpc.max_send_message_length': LARGEST_MESSAGE,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.initial_reconnect_backoff_ms': 250,
      'grpc.max_reconnect_backoff_ms': 3_000,
    });
    this.#metadata = () => {
      const metadata = new Metadata();
      if (token !== null) metadata.set('authorization', `Bearer ${token}`);
      return metadata;
    };
  }

  /** The server's version and its own id for the session, which another server process does not know. */
  async greet(
    session: ConnectSession,
    signal?: AbortSignal,
  ): Promise<{ version: string; serverSessionId: string }> {
    const request = { ...header(session), spark_version: {} };
    const answer = (await this.#ask('AnalyzePlan', request, signal)) as {
      server_side_session_id?: string;
      spark_version?: { version?: string };
    };
    return {
      version: answer.spark_version?.version ?? '',
      serverSessionId: answer.server_side_session_id ?? '',
    };
  }

  /**
   * Executes a plan under an operation id. Repeating the id and the plan attaches to the same execution.
   * If the stream ends before `result_complete`, the execution has not ended: use `reattach`.
   */
  execute(
    session: ConnectSession,
    operationId: string,
    plan: Plan,
    signal: AbortSignal,
  ): AsyncIterable<ExecuteResponse> {
    const request = {
      ...header(session),
      operation_id: operationId,
      plan,
      request_options: [{ reattach_options: { reattachable: true } }],
    };
    return this.#stream('ExecutePlan', request, signal);
  }

  /** @param after the last response that was read; null for all */
  reattach(
    session: ConnectSession,
    operationId: string,
    after: string | null,
    signal: AbortSignal,
  ): AsyncIterable<ExecuteResponse> {
    const place = after === null ? {} : { last_response_id: after };
    return this.#stream(
      'ReattachExecute',
      { ...header(session), operation_id: operationId, ...place },
      signal,
    );
  }

  /** The states of operations: `unknown` for one that the server does not have. */
  async statuses(
    session: ConnectSession,
    operationIds: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const request = { ...header(session), operation_status: { operation_ids: operationIds } };
    const { operation_statuses = [] } = (await this.#ask('GetStatus', request)) as StatusResponse;
    const named = operation_statuses.filter(
      (one): one is Required<OperationStatus> => one.operation_id !== undefined,
    );
    return new Map(named.map(({ operation_id, state = '' }) => [operation_id, plain(state)]));
  }

  /** Asks for an operation to end. Acceptance does not mean that its tasks have ended. */
  async interrupt(session: ConnectSession, operationId: string): Promise<void> {
    const request = {
      ...header(session),
      interrupt_type: 'INTERRUPT_TYPE_OPERATION_ID',
      operation_id: operationId,
    };
    await this.#ask('Interrupt', request);
  }

  /** Makes the server forget an operation and its results. Its id cannot be reused. */
  async release(session: ConnectSession, operationId: string): Promise<void> {
    await this.#ask('ReleaseExecute', { ...header(session), operation_id: operationId, release_all: {} });
  }

  /** Ends a session. Its id cannot be reused. */
  async releaseSession(session: ConnectSession): Promise<void> {
    await this.#ask('ReleaseSession', header(session));
  }

  /** Adds a file to the session, which passes it to its executors: `pyfiles/NAME` can be imported there. */
  async addArtifact(session: ConnectSession, name: string, content: Uint8Array): Promise<void> {
    const call = this.#call('AddArtifacts');
    const parts = Math.max(1, Math.ceil(content.byteLength / ARTIFACT_PART));
    await new Promise<void>((resolve, reject) => {
      const stream = this.#client.makeClientStreamRequest(
        call.path,
        call.requestSerialize,
        call.responseDeserialize,
        this.#metadata(),
        { deadline: Date.now() + 60_000 },
        (error: ServiceError | null) => (error ? reject(toApacheSparkError(error)) : resolve()),
      );
      for (let part = 0; part < parts; part++) {
        const data = content.subarray(part * ARTIFACT_PART, (part + 1) * ARTIFACT_PART);
        const chunk = { data, crc: crc32(data) };
        const begin = { name, total_bytes: content.byteLength, num_chunks: parts, initial_chunk: chunk };
        stream.write({ ...header(session), ...(part === 0 ? { begin_chunk: begin } : { chunk }) });
      }
      stream.end();
    });
  }

  close(): void {
    this.#client.close();
  }

  #ask(name: string, request: object, signal?: AbortSignal): Promise<object> {
    const call = this.#call(name);
    return new Promise((resolve, reject) => {
      const asked = this.#client.makeUnaryRequest(
        call.path,
        call.requestSerialize,
        call.responseDeserialize,
        request,
        this.#metadata(),
        { deadline: Date.now() + CONTROL_MS },
        (error, answer) => {
          signal?.removeEventListener('abort', stop);
          if (error || !answer) reject(toApacheSparkError(error));
          else resolve(answer);
        },
      );
      const stop = (): void => asked.cancel();
      if (signal?.aborted) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  async *#stream(name: string, request: object, signal: AbortSignal): AsyncGenerator<ExecuteResponse> {
    const call = this.#call(name);
    const stream: ClientReadableStream<object> = this.#client.makeServerStreamRequest(
      call.path,
      call.requestSerialize,
      call.responseDeserialize,
      request,
      this.#metadata(),
    );
    const stop = (): void => stream.cancel();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    try {
      for await (const response of stream) yield response as ExecuteResponse;
    } catch (error) {
      throw toApacheSparkError(error);
    } finally {
      signal.removeEventListener('abort', stop);
      stream.cancel();
    }
  }

  #call(name: string): Call {
    const call = this.#calls.get(name);
    if (!call) throw new Error(`Spark Connect has no call ${name}`);
    return call;
  }
}

function header({ sessionId, userId }: ConnectSession) {
  return {
    session_id: sessionId,
    user_context: { user_id: userId, user_name: userId },
    client_type: 'nestjs-spark',
  };
}

/** `OPERATION_STATE_RUNNING` as `running`. */
function plain(state: string): string {
  return state.replace('OPERATION_STATE_', '').toLowerCase();
}
