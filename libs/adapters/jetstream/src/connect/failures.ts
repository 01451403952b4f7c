import { UnavailableError } from '@nestjs-spark/contracts';
import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** The server's error numbers that decide something here. */
export const ApiCode = {
  streamNotFound: 10059,
  consumerNotFound: 10014,
  wrongLastSequence: 10071,
  wrongLastSequenceUnknown: 10164,
  /** A bound of the stream was reached (`discard: new`). */
  storeFailed: 10077,
  nameInUse: 10058,
} as const;

export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

export function isStreamNotFound(error: unknown): boolean {
  return apiCode(error) === ApiCode.streamNotFound;
}

export function isWrongLastSequence(error: unknown): boolean {
  const code = apiCode(error);
  return code === ApiCode.wrongLastSequence || code === ApiCode.wrongLastSequenceUnknown;
}

const TRANSIENT = [
  errors.TimeoutError,
  errors.NoRespondersError,
  errors.RequestError,
  errors.ConnectionError,
  errors.ClosedConnectionError,
  errors.DrainingConnectionError,
];

/** Waiting and trying again may help: nobody answered, or the server cannot for now. */
function isTransient(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500;
  if (error instanceof JetStreamError) return true;
  // Not exported by the client; thrown when a publish finds no stream behind its subject.
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') return true;
  return TRANSIENT.some((type) => error instanceof type);
}

/** The same error as the ports promise it: `UnavailableError` for what passes, everything else as it is. */
export function toPortError(what: string, error: unknown): unknown {
  if (error instanceof UnavailableError || !isTransient(error)) return error;
  return new UnavailableError(what, { cause: error, connected: isAnswerMissing(error) });
}

/** The connection stands; it is JetStream behind it that does not do what it is asked. */
function isAnswerMissing(error: unknown): boolean {
  if (error instanceof JetStreamError || error instanceof JetStreamApiError) return true;
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') return true;
  return error instanceof errors.TimeoutError || error instanceof errors.NoRespondersError;
}
