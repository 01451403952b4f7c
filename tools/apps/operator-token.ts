import { randomBytes } from 'node:crypto';
import { type Environment, openSecretsWith } from '@nestjs-spark/secrets/text';

const VARIABLE = 'SPARK_OPERATOR_TOKEN';
/** Both forms, for an app that is given the token itself: with both, it does not start. */
export const TOKEN_VARIABLES: readonly string[] = [VARIABLE, `${VARIABLE}_FILE`];

/**
 * The operator token of these variables, read as the apps read it: from a variable, from the file that one names, or from Vault.
 * @throws {SecretError} when the file or Vault cannot be read
 */
export async function operatorToken(environment: Environment = process.env): Promise<string | undefined> {
  return (await openSecretsWith(environment, console)).text(VARIABLE);
}

/** An option of `curl` that sends that token without showing it, preceded by a space; empty without a token. */
export async function curlCredential(environment: Environment = process.env): Promise<string> {
  if ((await operatorToken(environment)) === undefined) return '';
  return ` -H "authorization: Bearer ${placeOf(environment)}"`;
}

/** The operator of a demonstration. */
export interface Operator {
  token: string;
  /** An option of `curl`, as {@link curlCredential} returns it. */
  credential: string;
  /** Whether the token was made for this run, so that it may be shown. */
  isMade: boolean;
}

/** The operator whose token these variables hold, or else one with a new token. */
export async function operatorOf(environment: Environment = process.env): Promise<Operator> {
  const given = await operatorToken(environment);
  if (given !== undefined)
    return { token: given, credential: await curlCredential(environment), isMade: false };
  const token = randomBytes(16).toString('hex');
  return { token, credential: ` -H 'authorization: Bearer ${token}'`, isMade: true };
}

/** Where a shell with the same variables finds it. */
function placeOf(environment: Environment): string {
  if (environment[VARIABLE]?.trim()) return `$${VARIABLE}`;
  if (environment[`${VARIABLE}_FILE`]?.trim()) {
    // Without the line ends of Windows, too, which `cat` would leave.
    return `$(tr -d '[:space:]' <"$${VARIABLE}_FILE")`;
  }
  return `$(vault kv get -field=${VARIABLE} "$SPARK_VAULT_PATH")`;
}
