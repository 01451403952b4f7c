import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node';
import type { NatsCredentials, NatsSecurity, NatsTls } from './security.ts';

/**
 * What is wrong with these, with the remedy; null when they may be presented to the server. The client would only report the error of
 * its parser, and the fault would be sought in the server. Never quotes a value.
 */
export function securityFault(security: NatsSecurity): string | null {
  return credentialsFault(security) ?? tlsFault(security);
}

/** As `securityFault`, for the credentials alone. */
export function credentialsFault({ credentials, nkeySeed }: NatsCredentials): string | null {
  const encoder = new TextEncoder();
  if (credentials !== undefined)
    return succeeds(() => credsAuthenticator(encoder.encode(credentials))('nonce'))
      ? null
      : 'NATS_CREDENTIALS is not the content of a credentials file (.creds), with a JWT and a seed. NATS_CREDENTIALS_FILE names such a file';
  if (nkeySeed === undefined || succeeds(() => nkeyAuthenticator(encoder.encode(nkeySeed))('nonce')))
    return null;
  return 'NATS_NKEY_SEED is not the seed of an nkey (SU…). NATS_NKEY_SEED_FILE names a file with one';
}

/** Like `securityFault`, for the certificates only. */
export function tlsFault({ ca, certificate, key }: NatsTls): string | null {
  if (ca !== undefined && !succeeds(() => new X509Certificate(ca)))
    return 'NATS_CA is not a PEM certificate. NATS_CA_FILE names a file with one';
  if (certificate === undefined || key === undefined) return null;
  if (succeeds(() => createSecureContext({ cert: certificate, key }))) return null;
  return 'NATS_CERTIFICATE and NATS_KEY are not a certificate and its key in PEM. NATS_CERTIFICATE_FILE and NATS_KEY_FILE name files with them';
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
