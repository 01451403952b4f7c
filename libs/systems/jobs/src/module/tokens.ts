import { isReadAtStart } from '@nestjs-spark/observability/internal';

/** The resolved settings. */
export const JOBS_SETTINGS = isReadAtStart(Symbol('SPARK_JOBS_SETTINGS'));
/** The `JobStore` in use. */
export const JOB_STORE = Symbol('SPARK_JOB_STORE');
/** The `JobsEngine` of the Nest module. */
export const JOBS_ENGINE = Symbol('SPARK_JOBS_ENGINE');
