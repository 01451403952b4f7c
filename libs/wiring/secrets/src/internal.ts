export * from './index.ts';
export { openSecrets } from './open-secrets.ts';
export { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
