import { ask } from '../demo/http.ts';
import { operatorToken } from './operator-token.ts';

/**
 * Checks that the first requests, which are sent as an operator's or without a token, will be accepted.
 * @param route that only reads
 * @throws if it requires a token and there is no operator's
 */
export async function requireToken(app: string, route: string): Promise<void> {
  if ((await operatorToken()) !== undefined || (await ask(route)).status !== 401) return;
  throw new Error(
    `the ${app} app requires a token, as its settings demand, and the first requests have none. Set SPARK_OPERATOR_TOKEN or SPARK_OPERATOR_TOKEN_FILE as well, or store the token in Vault`,
  );
}
