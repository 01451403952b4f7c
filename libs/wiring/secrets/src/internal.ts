export * from './index.ts';
export { openSecrets } from './open-secrets.ts';
export { EnvironmentSecrets, type Environment } from './read/environment-secrets.ts';
export { planToken, type VaultToken } from './vault/plan-token.ts';
export { VaultClient, VaultRefusedError } from './vault/vault-client.ts';
export { vaultSettingsAt, type VaultSettings } from './vault/vault-settings.ts';
