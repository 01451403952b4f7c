import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparkAuthOptions } from '@nestjs-spark/auth';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { operatorTokenFile } from './operator-token-file.ts';
import { PipelinesSettingsError } from './settings.ts';

/**
 * Authentication for an application with pipelines: as in `SPARK_API_…`, with `SPARK_PIPELINES_JWKS` as an alias of `SPARK_API_JWKS`.
 * Without `SPARK_OPERATOR_TOKEN`, a token is generated once in development and kept in a file that only its owner can read.
 * @throws {PipelinesSettingsError} in production without `SPARK_OPERATOR_TOKEN`
 * @throws {SecretError} if it is in a file or in Vault and cannot be read
 */
export async function pipelinesAuthOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SparkAuthOptions> {
  const jwks = environment['SPARK_PIPELINES_JWKS']?.trim();
  const secrets = await openSecrets(environment);
  const isSet = secrets.text('SPARK_OPERATOR_TOKEN') !== undefined;
  if (!isSet && environment['NODE_ENV'] === 'production')
    throw new PipelinesSettingsError([
      'SPARK_OPERATOR_TOKEN is missing, which production does not accept: set it, for example to what "openssl rand -hex 32" prints',
    ]);
  const operatorToken = isSet ? undefined : madeToken(operatorTokenFile(environment));
  return { ...(jwks && { jwks }), ...(operatorToken !== undefined && { operatorToken }) };
}

/** @throws {PipelinesSettingsError} if the file can be neither created nor read */
function madeToken(file: string): string {
  try {
    mkdirSync(join(file, '..'), { recursive: true });
    writeNew(file, `${randomBytes(32).toString('hex')}\n`);
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new PipelinesSettingsError([
      `the operator token cannot be saved in ${file} (${code}): set SPARK_DATA_DIR or SPARK_PIPELINES_DIR to a writable folder, or set SPARK_OPERATOR_TOKEN`,
    ]);
  }
}

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
