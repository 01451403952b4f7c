import { UnavailableError } from '@nestjs-spark/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors, type PermissionViolationError } from '@nats-io/transport-node';
import { DENIED_REMEDY, describeDenied } from './denials.ts';

/**
 * JetStream was reached and refused, for a reason that an operator removes. What is refused is tried again like something
 * that cannot be reached; the message says what JetStream lacks and the remedy.
 */
export class JetStreamRefusedError extends UnavailableError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JetStreamRefusedError';
  }
}

/** What an operator does about a server that says nothing. */
const REMEDY = 'check that nats-server runs there and answers, or correct NATS_URL';

/** Nobody answers for the name: a misspelt one, or a variable that holds something else. */
const NO_SUCH_HOST =
  'NATS_URL has a host that is not found; set it to addresses such as nats://host:4222 or tls://host:4222';

const NO_TLS =
  'turn TLS on in nats-server, or use nats:// and leave out NATS_CA, NATS_CERTIFICATE and NATS_KEY';

function isNoSuchHost(problem: unknown): boolean {
  const code = problem instanceof Error && 'code' in problem ? problem.code : undefined;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}

/** What the last attempt ran into, and the remedy where the words do not say it. */
export function describeProblem(problem: unknown): string {
  const why = problem instanceof Error ? problem.message : String(problem);
  return isNoSuchHost(problem) ? `${why}: ${NO_SUCH_HOST}` : why;
}

/** Where NATS is not reached, why, and what an operator does. @param problem what the last attempt ran into; undefined while nothing is known */
export function describeAway(target: string, problem?: unknown): string {
  if (problem === undefined) return `${target} cannot be reached: ${REMEDY}`;
  const why = problem instanceof Error ? problem.message : JSON.stringify(problem);
  // It is reached, and what it says has a remedy of its own.
  if (problem instanceof JetStreamRefusedError) return `${target}: ${why}`;
  return `${target} cannot be reached (${why}): ${remedyOf(problem)}`;
}

function remedyOf(problem: unknown): string {
  if (problem instanceof errors.AuthorizationError)
    return 'correct the credentials with which this application connects';
  if (problem instanceof Error && /does not support 'tls'/.test(problem.message)) return NO_TLS;
  return isNoSuchHost(problem) ? NO_SUCH_HOST : REMEDY;
}

/** The connection stands, and nothing comes back. */
export function describeSilent(target: string): string {
  return `${target} is connected but does not answer in time: ${REMEDY}`;
}

/** The server is reached, and a request was not answered in time; it is not known whether it was carried out. */
export class NotAnsweredError extends UnavailableError {
  constructor(target: string, options?: ErrorOptions) {
    super(describeSilent(target), options);
    this.name = 'NotAnsweredError';
  }
}

export const ROOM_REMEDY =
  'delete streams that nobody reads any more, raise the limit (max_file_store of the server, max_storage of the account), or let each route reserve less (SPARK_ROUTE_MAX_BYTES)';

/** By the server's error number: what is wrong, and what an operator does. */
const REFUSALS: Readonly<Record<number, string>> = {
  10002: `the account's limits are reached: ${ROOM_REMEDY}`,
  10005: 'no server of the cluster can take the stream: start those that are missing, or lower its replicas',
  10008:
    'JetStream is unavailable for now: most servers of the cluster are away or cut off, or they are electing a leader. It recovers automatically when they are back',
  10009:
    'the cluster has no leader for this request at the moment. It recovers automatically when one is elected',
  10023: `JetStream does not have enough room, memory or servers: ${ROOM_REMEDY}`,
  10026: "the stream's or the account's limit of consumers is reached: raise max_consumers",
  10027: "the account's limit of streams is reached: raise max_streams, or delete streams that nobody uses",
  10028: 'JetStream has no memory left for it: raise max_mem of the server or max_memory of the account',
  10039:
    'JetStream is not enabled for this account: enable it (jetstream: enabled), or connect as a user of another account',
  10047: `JetStream has no room left for what the stream reserves: ${ROOM_REMEDY}`,
  10053: "the account's limit of streams is reached: raise max_streams, or delete streams that nobody uses",
  10054: "the message is larger than the stream's max_msg_size: remove that bound",
  10074: 'this server is not part of a cluster, so a stream cannot have several replicas: ask for one',
  10076:
    'JetStream is not enabled on this server, or the server turned it off after a disk failure: check its log, make room, and restart it',
  10077:
    'the stream is full: it refuses what exceeds its bounds (max_bytes, max_msgs). Raise them, or find out why its messages are not read',
  10113:
    'the account asks for max_bytes on every stream (max_bytes_required): turn that off for this account',
  10118: 'the stream is offline: its server is away, or too old for the stream',
  10122:
    'the stream reserves more than the account allows one stream (max_stream_bytes): raise it, or let each route reserve less (SPARK_ROUTE_MAX_BYTES)',
};

/** Errors by which a server says that it has not the room that a stream reserves: a smaller reservation may fit. */
const NO_ROOM = new Set([10002, 10023, 10047, 10122]);

export function isNoRoom(error: unknown): boolean {
  const cause = error instanceof JetStreamRefusedError ? error.cause : error;
  if (!(cause instanceof JetStreamApiError)) return false;
  // A cluster says so by finding no server to place the stream on.
  return NO_ROOM.has(cause.code) || (cause.code === 10005 && /storage|memory/.test(cause.message));
}

/** Whether this user lacks the permission to ask for it. */
export function isDenied(error: unknown): boolean {
  return findDenied(error) !== null;
}

/**
 * The error as an operator can use it, when the server refused; null for everything else.
 * @param what was asked for, when that is known: a stream's name
 */
export function refusal(target: string, error: unknown): JetStreamRefusedError | null {
  const said = findApiError(error);
  if (said) {
    if (said.status < 500 && !(said.code in REFUSALS)) return null;
    const text = remedyFor(said.code, said.message);
    return new JetStreamRefusedError(`${target}: ${text}`, { cause: said });
  }
  const denied = findDenied(error);
  if (denied) {
    return new JetStreamRefusedError(
      `${target} does not allow this user to ${describeDenied(denied)}: ${remedyForDenied(denied.subject)}`,
      { cause: error },
    );
  }
  const unheard = causes(error).find((one) => one instanceof errors.NoRespondersError);
  return unheard
    ? new JetStreamRefusedError(`${target}: ${describeUnheard(unheard.subject)}`, { cause: error })
    : null;
}

/** Where modules have permissions, an administrator makes the streams: whoever can make one can read all others through it. */
function remedyForDenied(subject: string): string {
  return /^\$JS\.API\.STREAM\.(?:CREATE|UPDATE)\./.test(subject)
    ? 'an administrator has to make the stream, with `npx @nestjs-spark/cli nats provision`'
    : DENIED_REMEDY;
}

/** Nobody listens on the subject; the client calls that "not enabled" for any subject. */
function describeUnheard(subject: string): string {
  return subject.startsWith('$JS.')
    ? "nothing answers for JetStream there. Enable it on the server and for the account, or check that its domain is this server's"
    : `no stream takes ${subject}: it was deleted, or the server that keeps it is away`;
}

/** What the server's error means and what an operator does, with the server's own words. */
export function remedyFor(code: number, description: string): string {
  const known = REFUSALS[code];
  return known ? `${known} (${code}, ${description})` : `${description} (${code})`;
}

export function isTimeout(error: unknown): boolean {
  return causes(error).some((one) => one instanceof errors.TimeoutError);
}

function findApiError(error: unknown): JetStreamApiError | null {
  for (const one of causes(error)) if (one instanceof JetStreamApiError) return one;
  return null;
}

function findDenied(error: unknown): PermissionViolationError | null {
  for (const one of causes(error)) if (one instanceof errors.PermissionViolationError) return one;
  return null;
}

function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at instanceof Error && found.length < 5; at = at.cause) found.push(at);
  return found;
}
