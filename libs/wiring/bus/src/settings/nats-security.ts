import type { NatsSecurity } from '@nestjs-spark/jetstream/internal';
import type { Secrets } from '@nestjs-spark/secrets';

/** The variable of each; its `_FILE` form names a file. */
const VARIABLES = {
  credentials: 'NATS_CREDENTIALS',
  nkeySeed: 'NATS_NKEY_SEED',
  user: 'NATS_USER',
  password: 'NATS_PASSWORD',
  token: 'NATS_TOKEN',
  ca: 'NATS_CA',
  certificate: 'NATS_CERTIFICATE',
  key: 'NATS_KEY',
} as const satisfies Record<keyof NatsSecurity, string>;

/** The names of all options of `NatsSecurity`. */
export const NATS_OPTIONS: readonly string[] = Object.keys(VARIABLES);

const KINDS = ['credentials', 'nkeySeed', 'user', 'token'] as const;

/** Options take precedence over secrets. @throws {SecretError} when one cannot be read */
export function natsSecurity(options: NatsSecurity, secrets: Secrets): NatsSecurity {
  const keys = Object.keys(VARIABLES) as (keyof NatsSecurity)[];
  // Options name the credentials; a variable with other credentials is meant for another program.
  const named = KINDS.some((kind) => options[kind] !== undefined);
  const found = keys.map((key) => {
    const isCredential = key === 'password' || KINDS.some((kind) => kind === key);
    return [key, options[key] ?? (named && isCredential ? undefined : secrets.text(VARIABLES[key]))] as const;
  });
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

/** What is wrong with them, with the remedy; null when at most one kind is given, and complete. */
export function requireOneCredential(security: NatsSecurity): string | null {
  const given = KINDS.filter((kind) => security[kind] !== undefined);
  if (given.length > 1) {
    const variables = given.map((kind) => VARIABLES[kind]).join(' and ');
    return `NATS has more than one kind of credentials, ${variables}: give one of them`;
  }
  if ((security.user === undefined) !== (security.password === undefined))
    return 'NATS has a user without a password or a password without a user: set NATS_USER and NATS_PASSWORD together';
  if ((security.certificate === undefined) !== (security.key === undefined))
    return 'NATS has a client certificate without its key or a key without its certificate: set NATS_CERTIFICATE and NATS_KEY together';
  return null;
}

/** Whether the client authenticates to the server. */
export function hasCredentials(security: NatsSecurity): boolean {
  return KINDS.some((kind) => security[kind] !== undefined) || security.certificate !== undefined;
}
