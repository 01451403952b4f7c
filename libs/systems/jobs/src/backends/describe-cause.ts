import { describeError } from '@nestjs-spark/foundation';
import { ScriptFaultedError, ScriptRefusedError, WorkerStartError } from '@nestjs-spark/etl-script';
import { ContentGoneError } from '../job/content-gone.ts';
import type { JobCause } from '../job/job.ts';
import { DocumentFailedError } from './run-script.ts';

/** The result of a script exceeds what a process holds. */
export class ResultTooLargeError extends Error {
  override readonly name = 'ResultTooLargeError';

  constructor(most: number) {
    super(`The result has more than ${most} bytes: cut the input into several jobs`);
  }
}

/** A handler would get a different number from the one that was sent. */
export class InexactNumberError extends Error {
  override readonly name = 'InexactNumberError';

  constructor(number: string) {
    super(
      `The input has the number ${number.slice(0, 40)}, which JavaScript cannot hold: send it as a string`,
    );
  }
}

/** The cause of a run that failed in this process. */
export function describeCause(error: unknown): JobCause {
  if (error instanceof DocumentFailedError) {
    const { kind, line, column } = error.output.failure;
    return { class: 'user', code: kind, message: error.message, ...placeOf(line, column) };
  }
  if (error instanceof ScriptRefusedError) {
    const [first] = error.problems;
    return {
      class: 'user',
      code: 'script-refused',
      message: error.message,
      ...placeOf(first?.line, first?.column),
    };
  }
  if (error instanceof ScriptFaultedError)
    return { class: 'user', code: 'script-faulted', message: error.message };
  if (error instanceof WorkerStartError)
    return { class: 'resource', code: 'no-thread', message: error.message };
  if (error instanceof ResultTooLargeError)
    return { class: 'resource', code: 'result-too-large', message: error.message };
  if (error instanceof InexactNumberError)
    return { class: 'user', code: 'inexact-number', message: error.message };
  if (error instanceof ContentGoneError)
    return { class: 'resource', code: 'input-gone', message: error.message };
  return { class: 'user', code: 'thrown', message: describeError(error) };
}

function placeOf(line?: number | null, column?: number | null): Pick<JobCause, 'line' | 'column'> {
  return { ...(line == null ? {} : { line }), ...(column == null ? {} : { column }) };
}
