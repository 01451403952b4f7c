import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type ConnectionOptions,
} from '@nats-io/transport-node';
import { credentialsFault } from './judge-security.ts';
import type { NatsSecurity } from './security.ts';
import type { ServerAddress } from './server-address.ts';

/** The client's options. Credentials are requested at each connection, including the client's automatic reconnects. */
export function securityOptions(
  address: ServerAddress,
  security: () => NatsSecurity,
): Pick<ConnectionOptions, 'authenticator' | 'tls'> {
  let last = security();
  const { ca, certificate, key } = last;
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
  const isEncrypted = address.tls || Object.keys(tls).length > 0;
  return {
    authenticator: (nonce) => {
      // A file being replaced does not exist, or is half written, for a moment; its previous content may still be valid.
      try {
        const given = security();
        if (credentialsFault(given) === null) last = given;
      } catch {
        // As before.
      }
      return chooseAuthenticator(address, last)(nonce);
    },
    ...(isEncrypted ? { tls } : {}),
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
