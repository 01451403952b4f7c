/** A problem as RFC 9457 writes it (`application/problem+json`). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** One entry per wrong field or refused script. */
  errors?: ProblemField[];
  /** Anything else the kind of problem carries; never a stack trace, never a secret. */
  [member: string]: unknown;
}

/** A field of the request that is not as it has to be. */
export interface ProblemField {
  /** Where in the body, as a JSON pointer: `/scripts/0/script`. */
  pointer: string;
  detail: string;
  line?: number;
  column?: number;
}

/** The kinds of problem, as URNs; `title` and `status` are the same for all of a kind. */
export const PROBLEMS = {
  invalid: { type: 'urn:spark:problem:invalid-request', title: 'The request is not valid', status: 400 },
  unauthenticated: { type: 'urn:spark:problem:unauthenticated', title: 'No valid credential', status: 401 },
  /** The token is right but for its times: the two clocks differ. Carries `time`, the answering module's clock (ISO 8601). */
  tokenTimes: {
    type: 'urn:spark:problem:token-times',
    title: "The token's times do not fit this module's clock",
    status: 401,
  },
  forbidden: { type: 'urn:spark:problem:forbidden', title: 'Not allowed', status: 403 },
  notShared: {
    type: 'urn:spark:problem:not-shared',
    title: 'The collection is not shared with this module',
    status: 403,
  },
  notFound: { type: 'urn:spark:problem:not-found', title: 'Not found', status: 404 },
  readOnly: { type: 'urn:spark:problem:read-only', title: 'Copies are read-only', status: 405 },
  methodNotAllowed: {
    type: 'urn:spark:problem:method-not-allowed',
    title: 'Nothing here answers this method',
    status: 405,
  },
  bodyTimeout: {
    type: 'urn:spark:problem:body-timeout',
    title: 'The body did not come in time',
    status: 408,
  },
  olderRevision: {
    type: 'urn:spark:problem:older-revision',
    title: 'A newer revision is deployed',
    status: 409,
  },
  conflict: { type: 'urn:spark:problem:conflict', title: 'Changed by someone else', status: 409 },
  tooLarge: { type: 'urn:spark:problem:too-large', title: 'The request is too large', status: 413 },
  unsupportedMedia: {
    type: 'urn:spark:problem:unsupported-media',
    title: 'The body is not in a form that is read here',
    status: 415,
  },
  scriptRefused: { type: 'urn:spark:problem:script-refused', title: 'A script was refused', status: 422 },
  licence: {
    type: 'urn:spark:problem:licence',
    title: 'The RavenDB licence does not include ETL',
    status: 422,
  },
  tooMany: { type: 'urn:spark:problem:too-many-requests', title: 'Too many requests', status: 429 },
  storeFailed: {
    type: 'urn:spark:problem:store-failed',
    title: 'The database refused the operation',
    status: 500,
  },
  unexpected: { type: 'urn:spark:problem:unexpected', title: 'Unexpected failure', status: 500 },
  unavailable: { type: 'urn:spark:problem:unavailable', title: 'Not reachable at the moment', status: 503 },
} as const;

/** Which kind of problem: a key of `PROBLEMS`. */
export type ProblemKind = keyof typeof PROBLEMS;

/** What a problem can say besides its kind and its words. */
export interface ProblemOptions extends ErrorOptions {
  errors?: ProblemField[];
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  retryAfterSeconds?: number;
  members?: Record<string, unknown>;
}

/** An error that has an answer for whoever asked over HTTP. Throw it anywhere below a controller. */
export class ProblemError extends Error {
  readonly kind: ProblemKind;
  readonly errors: ProblemField[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly members: Record<string, unknown>;

  constructor(kind: ProblemKind, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.name = 'ProblemError';
    this.kind = kind;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members ?? {};
  }

  get status(): number {
    return PROBLEMS[this.kind].status;
  }

  /** With `expose`, how frameworks tell an error that has an HTTP status: Nest answers with it where no filter is in use. */
  get statusCode(): number {
    return this.status;
  }

  /** Whether the message is for whoever asked; what failed here is not. */
  get expose(): boolean {
    return this.status < 500;
  }

  toProblem(): Problem {
    const { type, title, status } = PROBLEMS[this.kind];
    const problem: Problem = { type, title, status, detail: this.message, ...this.members };
    return this.errors ? { ...problem, errors: this.errors } : problem;
  }
}
