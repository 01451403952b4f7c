/** Secrets in variables and files alone, without what an application needs: for programs that start before a build. */
export { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
export { SecretError } from './secrets.ts';
