import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import {
  ContentRefusedError,
  NOT_AN_OBJECT,
  PROBLEMS,
  ProblemError,
  StoreRefusedError,
  TOO_DEEP,
  UnavailableError,
  VersionConflictError,
  type Problem,
} from '@nestjs-spark/contracts';
import { invalidFields } from '../routes/broken-body.ts';
import type { PlatformRequest } from '../routes/platform.ts';
import { unkeptParts } from '../routes/unkept-parts.ts';
import { ofBodyParser } from './of-body-parser.ts';

export interface Answer {
  problem: Problem;
  retryAfterSeconds?: number | undefined;
  /** Unexpected: the service's operator has to know. */
  unforeseen: boolean;
}

const RETRY_AFTER_SECONDS = 5;
/** Kinds of refusals that name no document and still concern what a body can be. */
const OF_BODIES: ReadonlySet<string> = new Set([NOT_AN_OBJECT, TOO_DEEP]);

/** The answer to the caller for any error. It reveals nothing internal. */
export function toProblem(error: unknown, request: PlatformRequest): Answer {
  if (error instanceof ProblemError) {
    return { problem: error.toProblem(), retryAfterSeconds: error.retryAfterSeconds, unforeseen: false };
  }
  if (error instanceof UnavailableError) return unavailable(error);
  if (error instanceof VersionConflictError) {
    return known(
      new ProblemError('conflict', 'Someone else changed it in the meantime; read it again and retry.'),
    );
  }
  // An id or a text that no store accepts, or a body that no store could: only the caller can fix it. Any other refusal that names
  // no document concerns a value that JSON cannot express, so the application made it.
  if (error instanceof ContentRefusedError && (error.documentId !== null || OF_BODIES.has(error.kind))) {
    return known(new ProblemError('invalid', `${error.message}.`, { cause: error }));
  }
  // JSON can express a number that JavaScript turns into Infinity: then the caller sent it.
  const unkept = error instanceof ContentRefusedError ? unkeptParts(bodyOf(request), NUMBERS) : [];
  if (unkept.length > 0) return known(invalidFields(unkept));
  if (error instanceof StoreRefusedError) {
    return known(
      new ProblemError('storeFailed', 'The database refused it; the log has the reason.', { cause: error }),
    );
  }
  if (error instanceof HttpException) return fromHttpException(error, request);
  const unexpected = new ProblemError('unexpected', 'Unexpected error. Search the log for this trace id.');
  return { problem: unexpected.toProblem(), unforeseen: true };
}

const NUMBERS = { isLost: () => false };

/** What a parser has made of the body, on either platform. */
const bodyOf = (request: PlatformRequest & { body?: unknown }): unknown => request.body;

// The message names a store or the bus, which callers need not know; it is in the log.
function unavailable(error: UnavailableError): Answer {
  return known(
    new ProblemError('unavailable', 'Something that this needs is unavailable at the moment; try again.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    }),
  );
}

function known(error: ProblemError): Answer {
  return { problem: error.toProblem(), retryAfterSeconds: error.retryAfterSeconds, unforeseen: false };
}

function fromHttpException(error: HttpException, request: PlatformRequest): Answer {
  const status = error.getStatus();
  const broken = ofBodyParser(error.cause, request);
  if (broken) return known(broken);
  const kind = BY_STATUS.get(status);
  const title = kind?.title ?? STATUS_CODES[status] ?? 'Error';
  return {
    problem: { type: kind?.type ?? 'about:blank', title, status, detail: detailOf(error, title) },
    unforeseen: status >= 500 && error.cause !== undefined,
  };
}

/** Kinds that say no more than their status. */
const BY_STATUS = new Map(
  [
    PROBLEMS.invalid,
    PROBLEMS.unauthenticated,
    PROBLEMS.forbidden,
    PROBLEMS.notFound,
    PROBLEMS.conflict,
    PROBLEMS.methodNotAllowed,
    PROBLEMS.tooLarge,
    PROBLEMS.unsupportedMedia,
    PROBLEMS.tooMany,
    PROBLEMS.unavailable,
  ].map((kind) => [kind.status, kind]),
);

function detailOf(error: HttpException, title: string): string {
  const response = error.getResponse();
  if (typeof response === 'string') return response;
  const message = 'message' in response ? response.message : undefined;
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : title;
}
