import { logFor } from '@nestjs-spark/observability/internal';
import { openSecretsWith } from './open-secrets-with.ts';
import type { Environment } from './read/environment-secrets.ts';
import type { Secrets } from './secrets.ts';

/** Like `openSecretsWith`, for an application: messages go to its log. @throws {SecretError} */
export function openSecrets(environment: Environment): Promise<Secrets> {
  return openSecretsWith(environment, logFor('Secrets'));
}
