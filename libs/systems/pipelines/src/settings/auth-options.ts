import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparkAuthOptions } from '@nestjs-spark/auth';
import { PipelinesSettingsError, resolvePipelinesSettings } from './settings.ts';

const TOKEN_FILE = 'operator-token';

/** Where the operator token of a development machine is. */
export function operatorTokenFile(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return join(resolvePipelinesSettings({}, environment).folder, TOKEN_FILE);
}

/**
 * Who can call the API of an application with pipelines: as `SPARK_API_…` says, with `SPARK_PIPELINES_JWKS` as another name of
 * `SPARK_API_JWKS`. Where `SPARK_OPERATOR_TOKEN` is not set, one is made once in development and kept in a file that only its owner reads.
 * @throws {PipelinesSettingsError} in production without `SPARK_OPERATOR_TOKEN`
 */
export function pipelinesAuthOptions(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SparkAuthOptions {
  const jwks = environment['SPARK_PIPELINES_JWKS']?.trim();
  const isSet = Boolean(environment['SPARK_OPERATOR_TOKEN']?.trim());
  if (!isSet && environment['NODE_ENV'] === 'production')
    throw new PipelinesSettingsError([
      'SPARK_OPERATOR_TOKEN is missing, which production does not accept: set it, for example to what "openssl rand -hex 32" prints',
    ]);
  const operatorToken = isSet ? undefined : madeToken(operatorTokenFile(environment));
  return { ...(jwks && { jwks }), ...(operatorToken !== undefined && { operatorToken }) };
}

/** @throws {PipelinesSettingsError} when the file can be neither made nor read */
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
