import { UnavailableError } from '@nestjs-spark/contracts';
import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';
import { describeAway, isTimeout, NotAnsweredError, refusal } from './refusals.ts';

/** The server's error numbers that decide something here. */
export const ApiCode = {
  streamNotFound: 10059,
  consumerNotFound: 10014,
  wrongLastSequence: 10071,
  wrongLastSequenceUnknown: 10164,
  /** A bound of the stream was reached (`discard: new`). */
  storeFailed: 10077,
  nameInUse: 10058,
  /** It reserves more than the account allows one stream. */
  boundOfOneStream: 10122,
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

const OF_THE_CLIENT = [...TRANSIENT, JetStreamApiError, JetStreamError, errors.PermissionViolationError];

/** Waiting and trying again may help: nobody answered. */
function isTransient(error: unknown): boolean {
  if (error instanceof JetStreamError) return true;
  return TRANSIENT.some((type) => error instanceof type);
}

/** What a caller made of it already, with the client's error as its cause, stays as it is. */
function isOfTheClient(error: unknown): boolean {
  // The class is not exported by the client.
  if (error instanceof Error && error.name === 'JetStreamNotEnabled') return true;
  return OF_THE_CLIENT.some((type) => error instanceof type);
}

/** Read by those who ask: they decide by it, and it is nothing that an operator could remove. */
const DECIDED_BY_CALLERS = new Set<number>([
  ApiCode.streamNotFound,
  ApiCode.consumerNotFound,
  ApiCode.wrongLastSequence,
  ApiCode.wrongLastSequenceUnknown,
  ApiCode.nameInUse,
]);

/**
 * The same error as the ports promise it: `UnavailableError` for what passes, with the server's reason where it gave one
 * (`JetStreamRefusedError`), everything else as it is.
 */
export function toPortError(what: string, error: unknown): unknown {
  if (!isOfTheClient(error) || DECIDED_BY_CALLERS.has(apiCode(error) ?? 0)) return error;
  const refused = refusal(what, error);
  if (refused || !isTransient(error)) return refused ?? error;
  if (isTimeout(error)) return new NotAnsweredError(what, { cause: error });
  const says = isAnswerMissing(error) ? `${what} is connected but does not answer` : describeAway(what);
  return new UnavailableError(says, { cause: error });
}

/** The connection stands; it is JetStream behind it that does not do what it is asked. */
function isAnswerMissing(error: unknown): boolean {
  return error instanceof JetStreamError || error instanceof errors.NoRespondersError;
}
