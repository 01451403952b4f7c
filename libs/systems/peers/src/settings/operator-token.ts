import { cannotBeUsed } from '@nestjs-spark/foundation/internal';
import { operatorTokenFaults } from '@nestjs-spark/modules/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { PeersSettingsError } from './options.ts';

/**
 * The token of the operators of a service, the same on all nodes; null without `SPARK_OPERATOR_TOKEN`.
 * @throws {PeersSettingsError} for one that no request can carry, and in production for one that can be guessed
 * @throws {SecretError} if it is in a file or in Vault and cannot be read
 */
export async function operatorTokenIn(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const secrets = await openSecrets(environment);
  const token = secrets.text('SPARK_OPERATOR_TOKEN') ?? null;
  const faults = operatorTokenFaults(token, environment, environment['NODE_ENV'] === 'production');
  if (faults.length > 0) throw new PeersSettingsError(cannotBeUsed('SparkPeersModule', faults));
  return token;
}
