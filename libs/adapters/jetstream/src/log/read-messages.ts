import { UnavailableError } from '@nestjs-spark/contracts';
import { DeliverPolicy, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { toPortError } from '../connect/failures.ts';

export interface ReadRequest {
  stream: string;
  subjects: string | string[];
  /** Sequence to begin with, the last value of each subject, or only new messages. */
  from: number | 'last-per-subject' | 'new';
  /** More messages are requested when this many are left in this process. Default: three quarters. */
  refillAt?: number;
  /** Ends when everything is read that is there, instead of waiting for new messages. */
  toEnd?: boolean;
  /** Without payloads. */
  headersOnly?: boolean;
}

/** How many messages may wait in this process; each is at most `max_payload`. */
const AHEAD = 32;
/** Sent by the server while it has nothing to deliver. Two consecutive missed ones end the read. */
const HEARTBEAT_MS = 5_000;

/**
 * Reads in order until aborted. Ends with `UnavailableError` at the first disturbance (connection, server, stream or consumer
 * gone) instead of resuming automatically: sequences may have a different meaning afterwards, so the caller has to check.
 */
export async function* readMessages(
  connection: JetStreamConnection,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<JsMsg> {
  if (signal.aborted) return;
  const { toEnd = false } = request;
  const { messages, left, end } = await connection.use((handle) => open(handle, request));
  // An abort during opening was not observed.
  if (signal.aborted || (toEnd && left === 0)) {
    end();
    return;
  }
  const broken = breakOnDisturbance(connection, messages, toEnd);
  const aborted = () => messages.stop();
  signal.addEventListener('abort', aborted, { once: true });
  try {
    for await (const message of messages) {
      if (signal.aborted) return;
      broken.check();
      yield message;
      if (signal.aborted || (toEnd && message.info.pending === 0)) return;
    }
    broken.check();
    if (!signal.aborted && !broken.isAtEnd())
      throw new UnavailableError(`Stream ${request.stream} has stopped sending`);
  } catch (error) {
    if (!signal.aborted) throw toPortError(`Stream ${request.stream}`, error);
  } finally {
    signal.removeEventListener('abort', aborted);
    broken.stop();
    end();
  }
}

async function open({ js }: JetStreamHandle, request: ReadRequest) {
  const consumer = await js.consumers.get(request.stream, {
    filter_subjects: request.subjects,
    ...startOf(request.from),
    ...(request.headersOnly && { headers_only: true }),
  });
  const { num_pending: left } = await consumer.info(true);
  const messages = await consumer.consume({
    max_messages: AHEAD,
    ...(request.refillAt === undefined ? {} : { threshold_messages: request.refillAt }),
    idle_heartbeat: HEARTBEAT_MS,
    abort_on_missing_resource: true,
  });
  const end = () => {
    messages.stop();
    consumer.delete().catch(() => undefined);
  };
  return { messages, left, end };
}

function startOf(from: ReadRequest['from']) {
  if (from === 'last-per-subject') return { deliver_policy: DeliverPolicy.LastPerSubject };
  if (from === 'new') return { deliver_policy: DeliverPolicy.New };
  return { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: Math.max(1, from) };
}

/** @param toEnd a heartbeat ends the read: what was removed since the consumer was made never comes, and nothing else tells */
function breakOnDisturbance(connection: JetStreamConnection, messages: ConsumerMessages, toEnd: boolean) {
  let reason: string | undefined;
  let isAtEnd = false;
  const breakOff = (because: string) => {
    reason ??= because;
    messages.stop();
  };
  const unsubscribe = connection.onStatus((status) => {
    if (status !== 'connected') breakOff(`the connection is ${status}`);
  });
  const notifications = messages.status();
  void (async () => {
    for await (const { type } of notifications) {
      if (DISTURBANCES.has(type)) breakOff(type.replaceAll('_', ' '));
      if (!toEnd || type !== 'heartbeat') continue;
      isAtEnd = true;
      messages.stop();
    }
  })();
  return {
    check() {
      if (reason) throw new UnavailableError(`Reading from ${connection.target} was interrupted: ${reason}`);
    },
    isAtEnd: () => isAtEnd,
    stop: unsubscribe,
  };
}

const DISTURBANCES = new Set([
  'heartbeats_missed',
  'consumer_not_found',
  'consumer_deleted',
  'stream_not_found',
  'ordered_consumer_recreated',
  'reset',
  'no_responders',
]);
