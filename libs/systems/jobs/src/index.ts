export { JobDeclarationError } from './declare/explore.ts';
export { JobBackendFor, OnJobEvent, TransformationJob, type JobEventFilter } from './declare/decorators.ts';
export { RunRefusedError } from './job/backend.ts';
export type {
  BackendHealth,
  JobBackend,
  JobRun,
  RunEnded,
  RunEvent,
  RunHandle,
  RunInput,
} from './job/backend.ts';
export type { HandlerDeclaration, JobContext, JobHandler } from './job/handler.ts';
export type {
  CancelProof,
  CauseClass,
  JobAttempt,
  JobCancel,
  JobCause,
  JobKind,
  JobOptions,
  JobProgress,
  JobResult,
  JobTransformation,
} from './job/job.ts';
export {
  JOB_NOT_FINISHED,
  JOB_NOT_SUCCEEDED,
  JOB_REFUSED,
  JOB_STATE,
  KEY_IN_USE,
  RESULT_EXPIRED,
} from './job/problems.ts';
export { isTerminal, JOB_STATUSES, mayMove, type JobStatus, type TerminalStatus } from './job/status.ts';
export { JobsApiModule } from './module/jobs-api.module.ts';
export { SparkJobsModule } from './module/spark-jobs.module.ts';
export type { JobAccess } from './serve/access.ts';
export { JobsService, type JobEvent, type JobEventQuery } from './serve/jobs.service.ts';
export type { JobEventData, JobView } from './serve/view.ts';
export { jobsAuthOptions } from './settings/jobs-tokens.ts';
export type { ApacheSparkOptions } from './settings/apache-spark.ts';
export type { JobsKafkaOptions } from './settings/kafka.ts';
export { JobsSettingsError, type SparkJobsOptions } from './settings/settings.ts';
export type { JobSubmission, SubmittedInput } from './submit/submission.ts';
