import { readTokens } from '@nestjs-spark/auth/internal';
import type { SparkAuthOptions } from '@nestjs-spark/auth';
import { JobsSettingsError } from './settings.ts';

/**
 * The static tokens of an application with jobs: those of `SPARK_JOBS_TOKENS` and `SPARK_API_TOKENS`. Without tokens and without an issuer, it is
 * open in development and refuses to start in production.
 * @throws {JobsSettingsError} if they are not `name:token` pairs
 */
export function jobsAuthOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SparkAuthOptions {
  const faults: string[] = [];
  const tokens = {
    ...readTokens(environment['SPARK_API_TOKENS'], 'SPARK_API_TOKENS', faults),
    ...readTokens(environment['SPARK_JOBS_TOKENS'], 'SPARK_JOBS_TOKENS', faults),
  };
  if (faults.length > 0) throw new JobsSettingsError(faults);
  return { tokens };
}
