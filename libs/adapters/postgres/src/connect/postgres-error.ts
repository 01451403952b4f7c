/**
 * What an error of PostgreSQL asks for. `record`: the values cannot be stored, whenever they are sent. `setup`: somebody has to
 * act, for example because of a wrong password, a missing table or a missing permission. `away`: the server cannot do it now, and
 * trying again helps.
 */
export type PostgresErrorKind = 'record' | 'setup' | 'away';

/** PostgreSQL refused a statement or could not be reached. */
export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly kind: PostgresErrorKind;
  /** SQLSTATE; null where no server answered. */
  readonly code: string | null;

  constructor(kind: PostgresErrorKind, code: string | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.code = code;
  }
}

/** Data exceptions, violated constraints, two rows of one key in a statement, and what a trigger raises. */
const RECORD = ['22', '23', '21', 'P0'];
/** Refused log-ins, databases, schemas and roles that are missing, syntax, names and rights, features, limits of the program. */
const SETUP = ['28', '3D', '3F', '42', '0A', '0L', '0P', '54'];

/** What an SQLSTATE asks for. */
export function kindOf(code: string): PostgresErrorKind {
  const group = code.slice(0, 2);
  if (RECORD.includes(group)) return 'record';
  return SETUP.includes(group) ? 'setup' : 'away';
}

/** What the client threw, as one error with a kind. */
export function toPostgresError(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = 'severity' in cause && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
  const detail = 'detail' in cause && typeof cause.detail === 'string' ? ` (${cause.detail})` : '';
  const said = cause.message || ('code' in cause ? String(cause.code) : 'no connection');
  const kind = code ? kindOf(code) : 'away';
  // What a socket says does not name the server.
  const whose = kind === 'away' ? 'PostgreSQL is unavailable: ' : '';
  return new PostgresError(kind, code, whose + said + detail, { cause });
}
