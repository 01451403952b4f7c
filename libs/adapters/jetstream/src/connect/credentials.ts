import {
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type ConnectionOptions,
} from '@nats-io/transport-node';
import type { ServerAddress } from './server-address.ts';

/**
 * How an application shows NATS who it is. One of them is used, the first that is given in this order: `credentials`,
 * `nkeySeed`, `user` with `password`, `token`, and what the address holds.
 */
export interface NatsCredentials {
  /** The text of a credentials file (`.creds`), as `nsc` and the hosted services make it. */
  credentials?: string;
  /** The seed of a user's nkey, `SU…`. The server knows only the public half. */
  nkeySeed?: string;
  user?: string;
  password?: string;
  token?: string;
}

/** What encrypts the connection. */
export interface NatsTls {
  /** Authorities to trust instead of the system's, as PEM. Given, the connection uses TLS whatever the address says. */
  ca?: string;
  /** A client certificate and its key as PEM, for a server that verifies clients. */
  certificate?: string;
  key?: string;
}

/** Who connects, and how it is encrypted. */
export interface NatsSecurity extends NatsCredentials, NatsTls {}

/** What the client is told. The credentials are asked for at each connection, even when the client reconnects by itself. */
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
      try {
        last = security();
      } catch {
        // A file that is being replaced is not there for a moment; what it held before may still be good.
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
