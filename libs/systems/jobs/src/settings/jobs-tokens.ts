import { readTokens } from '@nestjs-spark/auth/internal';
import type { SparkAuthOptions } from '@nestjs-spark/auth';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { JobsSettingsError } from './settings.ts';

/**
 * The static tokens of an application with jobs: those of `SPARK_JOBS_TOKENS` and `SPARK_API_TOKENS`. Without tokens and without an issuer, it is
 * open in development and refuses to start in production.
 * @throws {JobsSettingsError} if they are not `name:token` pairs
 * @throws {SecretError} if they are in a file or in Vault and cannot be read
 */
export async function jobsAuthOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SparkAuthOptions> {
  const secrets = await openSecrets(environment);
  const faults: string[] = [];
  const tokens = {
    ...readTokens(secrets.text('SPARK_API_TOKENS'), 'SPARK_API_TOKENS', faults),
    ...readTokens(secrets.text('SPARK_JOBS_TOKENS'), 'SPARK_JOBS_TOKENS', faults),
  };
  if (faults.length > 0) throw new JobsSettingsError(faults);
  return { tokens };
}
