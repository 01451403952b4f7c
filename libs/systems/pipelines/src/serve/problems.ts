import { defineProblem, ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import { CommandRefusedError } from '../aggregate/commands.ts';
import type { WrongPlace } from '../connect/check-position.ts';
import { FencedError, RunFailedError, type Extent } from '../connect/ports.ts';
import { DefinitionRefusedError, type Refusal } from '../definition/refusal.ts';
import { NoOwnerError } from '../shard/ports.ts';

const LONGEST_SHOWN = 200;
const MOST_SHOWN = 20;

const NO_OWNER = defineProblem('noOwner', { title: 'No process owns this pipeline right now', status: 503 });
const PIPELINE_EXISTS = defineProblem('pipelineExists', {
  title: 'A pipeline with this id exists',
  status: 409,
});
const PIPELINE_STATE = defineProblem('pipelineState', {
  title: "The pipeline's state does not allow this",
  status: 409,
});
const NEEDS_RESET = defineProblem('pipelineNeedsReset', {
  title: 'The position does not fit the new definition',
  status: 409,
});
const OTHER_VERSION = defineProblem('otherVersion', {
  title: 'The pipeline was changed meanwhile',
  status: 412,
});
const KEY_REUSED = defineProblem('idempotencyKeyReused', {
  title: 'The idempotency key belongs to another command',
  status: 422,
});
const DEFINITION_REFUSED = defineProblem('definitionRefused', {
  title: 'The definition cannot work',
  status: 422,
});
const NOT_AVAILABLE = defineProblem('notAvailable', {
  title: 'This version does not support this',
  status: 422,
});

const UPGRADE_REQUIRED = defineProblem('upgradeRequired', {
  title: 'This address serves a WebSocket',
  status: 426,
});

const BY_COMMAND = {
  exists: PIPELINE_EXISTS,
  'not-allowed': PIPELINE_STATE,
  'needs-reset': NEEDS_RESET,
  'other-version': OTHER_VERSION,
  'key-reused': KEY_REUSED,
} as const;

export function upgradeRequired(): ProblemError {
  return new ProblemError(UPGRADE_REQUIRED, 'Connect with a WebSocket client.');
}

/** What exists in the contract, and not in this version. */
export function notAvailable(what: string): ProblemError {
  return new ProblemError(NOT_AVAILABLE, `${what} is not available in this version.`);
}

/** A position of which a part would never be read, or cannot be. */
export function wrongPosition(wrong: WrongPlace): ProblemError {
  const shown = wrong.name.slice(0, LONGEST_SHOWN);
  const detail = wrong.kind === 'other' ? notThere(wrong.known) : outside(wrong.extent);
  return new ProblemError('invalid', `${shown} ${detail}.`, {
    errors: [{ pointer: `/position/${pointerStep(shown)}`, detail }],
  });
}

function notThere(known: readonly string[]): string {
  const more = known.length > MOST_SHOWN ? ` and ${known.length - MOST_SHOWN} more` : '';
  const said = known.length === 0 ? 'it has none' : `it has ${known.slice(0, MOST_SHOWN).join(', ')}${more}`;
  return `is not in the source; ${said}`;
}

const outside = ({ first, end }: Extent): string =>
  first === end ? `can only be ${first} at present` : `can only be from ${first} to ${end} at present`;

/** Answers what the parts below throw as problems. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw problemOf(error);
  }
}

function problemOf(error: unknown): unknown {
  if (error instanceof DefinitionRefusedError) return definitionProblem(error);
  if (error instanceof NoOwnerError || error instanceof FencedError) return noOwner(error);
  if (error instanceof RunFailedError) return new ProblemError(DEFINITION_REFUSED, error.message);
  if (!(error instanceof CommandRefusedError)) return error;
  if (error.kind === 'not-found') return new ProblemError('notFound', error.message);
  if (error.kind === 'fenced') return noOwner(error);
  return new ProblemError(BY_COMMAND[error.kind], error.message);
}

function noOwner(cause: Error): ProblemError {
  const detail = 'Its owner has ended, and no other process has taken it yet: send the request again.';
  return new ProblemError(NO_OWNER, detail, { retryAfterSeconds: 1, cause });
}

/** 400 for what has not the shape of a definition, 422 for what cannot work or is not available. */
function definitionProblem({ refusals, message }: DefinitionRefusedError): ProblemError {
  const errors = refusals.map(fieldOf);
  const kinds = new Set(refusals.map(({ kind }) => kind));
  if (kinds.has('syntax') || kinds.has('shape')) return new ProblemError('invalid', message, { errors });
  if (kinds.has('refused')) return new ProblemError(DEFINITION_REFUSED, message, { errors });
  return new ProblemError(NOT_AVAILABLE, message, { errors });
}

const fieldOf = ({ pointer, message: detail, line, column }: Refusal): ProblemField => ({
  pointer,
  detail,
  line,
  column,
});

/** The same definition where only its check was asked for: everything that is wrong is the answer, and no mistake of the request. */
export function refusedWhole({ refusals, message }: DefinitionRefusedError): ProblemError {
  const isLater = refusals.every(({ kind }) => kind === 'not-available');
  return new ProblemError(isLater ? NOT_AVAILABLE : DEFINITION_REFUSED, message, {
    errors: refusals.map(fieldOf),
  });
}
