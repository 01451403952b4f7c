/** Secrets without what an application needs: for programs that start before a build. */
export { openSecretsWith } from './open-secrets-with.ts';
export { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
export { SecretError } from './secrets.ts';
