import { isObjectOf, isOneOf, isText, isWhole, type Guard } from '@nestjs-spark/foundation/internal';
import type { RunEnded } from './backend.ts';
import { CAUSE_CLASSES, type JobCause, type JobProgress } from './job.ts';

const isAmount: Guard<number> = (value): value is number => Number.isFinite(value) && Number(value) >= 0;

/** Progress that a record can hold. It need not be whole: a handler may count megabytes, or shares of 1. */
export const isProgress: Guard<JobProgress> = isObjectOf({ done: isAmount, total: isAmount });

const isCause: Guard<JobCause> = isObjectOf({
  class: isOneOf(...CAUSE_CLASSES),
  code: isText(),
  message: isText(Infinity),
});

/**
 * How a run ended, in a form that a record can hold. Types do not bind a backend of the application, and a record that cannot be read again would
 * leave its job without an end.
 */
export function readEnded(ended: RunEnded, backend: string): RunEnded {
  if (ended.outcome === 'cancelled') return ended;
  if (ended.outcome === 'succeeded') {
    const { form, documents, failed } = ended;
    return {
      ...ended,
      form: form === 'value' ? 'value' : 'documents',
      documents: isWhole(documents) ? documents : 0,
      failed: isWhole(failed) ? failed : 0,
    };
  }
  if (isCause(ended.cause)) return ended;
  return { ...ended, cause: { class: 'backend', code: 'no-cause', message: `${backend} gave no reason` } };
}
