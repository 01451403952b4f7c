/** Secrets without the logging of an application, for programs that run before a build. */
export { openSecretsWith } from './open-secrets-with.ts';
export { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
export { SecretError } from './secrets.ts';
