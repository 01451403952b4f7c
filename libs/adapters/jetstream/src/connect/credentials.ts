import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type ConnectionOptions,
  type TlsOptions,
} from '@nats-io/transport-node';
import { credentialsFault, tlsFault } from './judge-security.ts';
import type { NatsSecurity, NatsTls } from './security.ts';
import type { ServerAddress } from './server-address.ts';

/** The client's options. Credentials and certificates are requested at each connection, including the client's automatic reconnects. */
export function securityOptions(
  address: ServerAddress,
  security: () => NatsSecurity,
): Pick<ConnectionOptions, 'authenticator' | 'tls'> {
  const first = security();
  const credentials = lastUsable(security, first, credentialsFault);
  const tls = lastUsable(security, first, tlsFault);
  const { ca, certificate, key } = first;
  const isEncrypted = address.tls || [ca, certificate, key].some((text) => text !== undefined);
  return {
    authenticator: (nonce) => chooseAuthenticator(address, credentials())(nonce),
    ...(isEncrypted ? { tls: tlsOptions(tls) } : {}),
  };
}

/** The client does not accept a function here, but it keeps the object and reads it before each handshake. */
function tlsOptions(current: () => NatsTls): TlsOptions {
  return {
    get ca() {
      return current().ca;
    },
    get cert() {
      return current().certificate;
    },
    get key() {
      return current().key;
    },
  };
}

/** While a file is being replaced, it may be missing or half written; its previous content may still be valid. */
function lastUsable(
  security: () => NatsSecurity,
  first: NatsSecurity,
  faultOf: (given: NatsSecurity) => string | null,
): () => NatsSecurity {
  let last = first;
  return () => {
    try {
      const given = security();
      if (faultOf(given) === null) last = given;
    } catch {
      // The last usable ones remain.
    }
    return last;
  };
}

function chooseAuthenticator(address: ServerAddress, given: NatsSecurity): Authenticator {
  const encoder = new TextEncoder();
  if (given.credentials !== undefined) return credsAuthenticator(encoder.encode(given.credentials));
  if (given.nkeySeed !== undefined) return nkeyAuthenticator(encoder.encode(given.nkeySeed));
  if (given.user !== undefined) return usernamePasswordAuthenticator(given.user, given.password ?? '');
  if (given.token !== undefined) return tokenAuthenticator(given.token);
  if (address.user !== undefined) return usernamePasswordAuthenticator(address.user, address.pass ?? '');
  if (address.token !== undefined) return tokenAuthenticator(address.token);
  return () => undefined;
}
