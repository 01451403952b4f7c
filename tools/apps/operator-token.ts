import { EnvironmentSecrets, type Environment } from '@nestjs-spark/secrets/text';

const VARIABLE = 'SPARK_OPERATOR_TOKEN';
/** Both forms, for an app that is given the token itself: with both, it does not start. */
export const TOKEN_VARIABLES: readonly string[] = [VARIABLE, `${VARIABLE}_FILE`];

/** The operator token of these variables, read as the apps read it: from a variable, or from the file that one names. */
export function operatorToken(environment: Environment = process.env): string | undefined {
  return new EnvironmentSecrets(environment).text(VARIABLE);
}

/** An option of `curl` that sends that token without showing it, preceded by a space; empty without a token. */
export function curlCredential(environment: Environment = process.env): string {
  if (operatorToken(environment) === undefined) return '';
  const token = environment[VARIABLE]?.trim() ? `$${VARIABLE}` : `$(cat "$${VARIABLE}_FILE")`;
  return ` -H "authorization: Bearer ${token}"`;
}
