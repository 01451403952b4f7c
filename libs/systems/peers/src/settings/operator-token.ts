import { shortOperatorToken } from '@nestjs-spark/modules/internal';
import { PeersSettingsError } from './options.ts';

/**
 * The token of the operators of a service, the same on all nodes; null without `SPARK_OPERATOR_TOKEN`.
 * @throws {PeersSettingsError} in production for one that can be guessed
 */
export function operatorTokenIn(environment: Readonly<Record<string, string | undefined>>): string | null {
  const token = environment['SPARK_OPERATOR_TOKEN']?.trim() || null;
  const faults = environment['NODE_ENV'] === 'production' ? shortOperatorToken(token, environment) : [];
  if (faults.length > 0) throw new PeersSettingsError(`${faults.join('; ')}.`);
  return token;
}
