import { defineProblem } from '@nestjs-spark/contracts';

/** The result was requested before the job has ended. Carries `jobStatus`. */
export const JOB_NOT_FINISHED = defineProblem('jobNotFinished', {
  title: 'The job has not ended yet',
  status: 409,
});

/** The result was requested of a job that has none. Carries `jobStatus` and `cause`. */
export const JOB_NOT_SUCCEEDED = defineProblem('jobNotSucceeded', {
  title: 'The job has no result',
  status: 409,
});

/** The request requires a job that has not ended, or one that has. */
export const JOB_STATE = defineProblem('jobState', {
  title: "The job's status does not allow this",
  status: 409,
});

/** The idempotency key was used for another submission. Carries `jobId`. */
export const KEY_IN_USE = defineProblem('idempotencyKeyInUse', {
  title: 'The idempotency key belongs to another submission',
  status: 409,
});

/** The result is no longer stored. */
export const RESULT_EXPIRED = defineProblem('resultExpired', {
  title: 'The result is no longer kept',
  status: 410,
});

/** The job is valid, but nothing here can execute it. */
export const JOB_REFUSED = defineProblem('jobRefused', {
  title: 'The job cannot run here',
  status: 422,
});
