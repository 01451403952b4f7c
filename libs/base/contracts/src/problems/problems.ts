import { defineProblem } from './problem-kind.ts';

/** The kinds that every part of Spark can answer with. Kinds that only one part uses are defined there. */
export const PROBLEMS = {
  invalid: defineProblem('invalid', {
    urn: 'invalid-request',
    title: 'The request is not valid',
    status: 400,
  }),
  unauthenticated: defineProblem('unauthenticated', { title: 'No valid credential', status: 401 }),
  /** The token is valid except for its times: the two clocks differ. Carries `time`, the answering module's clock (ISO 8601). */
  tokenTimes: defineProblem('tokenTimes', {
    title: "The token's times do not fit this module's clock",
    status: 401,
  }),
  forbidden: defineProblem('forbidden', { title: 'Not allowed', status: 403 }),
  notFound: defineProblem('notFound', { title: 'Not found', status: 404 }),
  readOnly: defineProblem('readOnly', { title: 'Copies are read-only', status: 405 }),
  methodNotAllowed: defineProblem('methodNotAllowed', {
    title: 'This path does not support the method',
    status: 405,
  }),
  bodyTimeout: defineProblem('bodyTimeout', { title: 'The body did not arrive in time', status: 408 }),
  conflict: defineProblem('conflict', { title: 'Changed by someone else', status: 409 }),
  tooLarge: defineProblem('tooLarge', { title: 'The request is too large', status: 413 }),
  unsupportedMedia: defineProblem('unsupportedMedia', {
    title: 'The format of the body is not supported',
    status: 415,
  }),
  tooMany: defineProblem('tooMany', { urn: 'too-many-requests', title: 'Too many requests', status: 429 }),
  storeFailed: defineProblem('storeFailed', { title: 'The database refused the operation', status: 500 }),
  unexpected: defineProblem('unexpected', { title: 'Unexpected failure', status: 500 }),
  unavailable: defineProblem('unavailable', { title: 'Not reachable at the moment', status: 503 }),
};

/** The name of a kind in `PROBLEMS`. */
export type CommonProblem = keyof typeof PROBLEMS;
