export { SecretError, type Secrets } from './secrets.ts';
