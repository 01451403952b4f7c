import { hideFields } from '@nestjs-spark/foundation/internal';
import type { ProblemKind } from './problem-kind.ts';
import { PROBLEMS, type CommonProblem } from './problems.ts';

/** A problem as defined by RFC 9457 (`application/problem+json`). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** One entry per wrong field or refused script. */
  errors?: ProblemField[];
  /** Additional members of the kind of problem; never a stack trace, never a secret. */
  [member: string]: unknown;
}

/** A field of the request that is not valid. */
export interface ProblemField {
  /** JSON pointer into the body: `/scripts/0/script`. */
  pointer: string;
  detail: string;
  line?: number;
  column?: number;
}

/** What a problem can carry besides its kind and its detail. */
export interface ProblemOptions extends ErrorOptions {
  errors?: ProblemField[];
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  members?: Record<string, unknown>;
}

/** An error that is answered over HTTP as a problem document. It can be thrown anywhere below a controller. */
export class ProblemError extends Error {
  /** The name of its kind. */
  readonly kind: string;
  readonly errors: ProblemField[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly members: Record<string, unknown>;
  readonly #kind: ProblemKind;

  /** @param kind what `defineProblem` returned, or the name of one of `PROBLEMS` */
  constructor(kind: ProblemKind | CommonProblem, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.name = 'ProblemError';
    this.#kind = typeof kind === 'string' ? PROBLEMS[kind] : kind;
    this.kind = this.#kind.kind;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members ?? {};
    hideFields(this, 'kind', 'retryAfterSeconds', 'members', ...(this.errors ? [] : (['errors'] as const)));
  }

  get status(): number {
    return this.#kind.status;
  }

  /**
   * Together with `expose`, the convention by which frameworks recognize an error with an HTTP status: Nest answers with it when
   * no filter applies.
   */
  get statusCode(): number {
    return this.status;
  }

  /** Whether the caller may see the message: true below status 500. */
  get expose(): boolean {
    return this.status < 500;
  }

  toProblem(): Problem {
    const { type, title, status } = this.#kind;
    const problem: Problem = { type, title, status, detail: this.message, ...this.members };
    return this.errors ? { ...problem, errors: this.errors } : problem;
  }
}
