import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import { hideFields } from '@nestjs-spark/foundation/internal';

/** RavenDB's error response. */
export interface ServerError {
  status: number;
  /** .NET exception type, e.g. `Raven.Client.Exceptions.ConcurrencyException`. */
  type: string;
  message: string;
  /** The document in conflict. */
  documentId?: string;
}

/** RavenDB understood and refused; `type` is its own name for the reason. */
export class RavenRefusedError extends StoreRefusedError {
  readonly status: number;
  readonly type: string;

  constructor(where: string, error: ServerError) {
    super(`${where}: RavenDB refused (${error.status} ${shortType(error.type)}): ${error.message}`, {
      mayPass: error.status >= 500,
    });
    this.name = 'RavenRefusedError';
    this.status = error.status;
    this.type = error.type;
    hideFields(this, 'status', 'type');
  }
}

/** RavenDB does not let a PUT change a document's collection; deleting the document first does. */
export function isCollectionMismatch(error: unknown): error is RavenRefusedError {
  return error instanceof RavenRefusedError && error.type.includes('CollectionMismatch');
}

/** RavenDB itself refuses the id. A refusal by a proxy, a rule or a missing right would say nothing about the id. */
export function isNoId(error: unknown): error is RavenRefusedError {
  return error instanceof RavenRefusedError && [400, 500].includes(error.status) && isNamedByRavenDb(error);
}

/** RavenDB names what went wrong; what stands before it does not. */
export function isNamedByRavenDb({ type }: Pick<ServerError, 'type'>): boolean {
  return OF_DOTNET.test(type);
}

const OF_DOTNET = /^(Raven|Sparrow|System|Voron)\./;

/** The database does not exist. It may still be created, so work that needs it waits. */
export class DatabaseMissingError extends UnavailableError {
  constructor(where: string) {
    super(`${where}: the database does not exist`, { answered: true });
    this.name = 'DatabaseMissingError';
  }
}

/** A document was not at the expected version. */
export class RavenConflictError extends VersionConflictError {
  readonly documentId: string | undefined;

  constructor(where: string, error: ServerError) {
    super(error.documentId ?? where, { cause: new Error(error.message) });
    this.documentId = error.documentId;
    hideFields(this, 'documentId');
  }
}

// RavenDB answers 500 for much that a retry does not change. This only chooses the message for the caller; whether a document is
// to blame for a failed set depends on what else RavenDB accepts.
const REFUSALS = [
  'CollectionMismatch',
  'InvalidData',
  'EndOfStream',
  'LicenseLimit',
  'IndexCompilation',
  'IndexInvalid',
  'IndexDoesNotExist',
  'InvalidQuery',
  'Argument',
  'NotSupported',
  'Format',
  'BadRequest',
  'JavaScript',
];

function isRefusal(type: string): boolean {
  const name = shortType(type);
  return name.endsWith('Exception') && REFUSALS.some((refusal) => name.includes(refusal));
}

/** A new server is passive until it gets its first database. */
const MISSING = ['DatabaseDoesNotExistException', 'NodeIsPassiveException'];

/** A document that something was to be hung on was there a moment ago. */
const GONE = 'DocumentDoesNotExistException';

export function toStoreError(where: string, error: ServerError): Error {
  if (error.status === 409 || shortType(error.type) === GONE) return new RavenConflictError(where, error);
  if (MISSING.includes(shortType(error.type))) return new DatabaseMissingError(where);
  if (error.status >= 500 && !isRefusal(error.type)) {
    const cause = new Error(error.message);
    // RavenDB names what went wrong; a proxy in front of it does not.
    const answered = error.status === 500 && error.type !== UNNAMED;
    return new UnavailableError(
      `${where} cannot do this at the moment: it answered ${error.status} ${shortType(error.type)}`,
      {
        cause,
        answered,
      },
    );
  }
  if (error.status === 408 || error.status === 425 || error.status === 429) {
    return new UnavailableError(`${where} cannot take this request for now: it answered ${error.status}`, {
      cause: new Error(error.message),
    });
  }
  return new RavenRefusedError(where, error);
}

const UNNAMED = 'Error';

export function readServerError(status: number, body: string): ServerError {
  const fallback = { status, type: UNNAMED, message: body.slice(0, MAX_MESSAGE) || `status ${status}` };
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return fallback;
    const { Type, Message, Id } = parsed as Record<string, unknown>;
    return {
      status,
      type: typeof Type === 'string' ? Type : UNNAMED,
      message: typeof Message === 'string' ? shorten(withoutType(Message, Type)) : fallback.message,
      ...(typeof Id === 'string' ? { documentId: Id } : {}),
    };
  } catch {
    return fallback;
  }
}

/** Whether the body of a 404 is RavenDB's: it is empty where there is no such thing, and otherwise says what is missing. */
export function isOfRavenDb(body: string): boolean {
  if (body === '') return true;
  try {
    const { Type, Message } = (JSON.parse(body) ?? {}) as Record<string, unknown>;
    return typeof Type === 'string' || typeof Message === 'string';
  } catch {
    return false;
  }
}

const MAX_MESSAGE = 500;

// A parse error quotes the surrounding request, which contains documents.
function shorten(message: string): string {
  const quote = message.search(/(?<!\s)\s*around:\s*\{/i);
  const line = (quote < 0 ? message : message.slice(0, quote)).split('\n', 1)[0] ?? '';
  return line.slice(0, MAX_MESSAGE);
}

/** RavenDB may repeat its type at the start of the message, which is shown after the type. */
function withoutType(message: string, type: unknown): string {
  if (typeof type !== 'string') return message;
  const prefix = [type, shortType(type)].find((name) => message.startsWith(`${name}:`));
  return prefix === undefined ? message : message.slice(prefix.length + 1).trim();
}

export function shortType(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}
