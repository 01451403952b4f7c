import { isDeepStrictEqual } from 'node:util';
import { Agent, buildConnector, type Pool } from 'undici';
import { tlsOptions } from './read-certificate.ts';
import type { CertificateSource, RavenCertificate } from './settings.ts';

const CONNECT_MS = 5_000;
/** Time until all connections use a renewed certificate: older connections are closed by then. */
const RENEWED_MS = 60_000;

/** undici's options, such that a renewed certificate is used within a minute. */
export function secured(
  source: CertificateSource | undefined,
): Required<Pick<Pool.Options, 'connect'>> & Pick<Pool.Options, 'clientTtl'> {
  const connect = connectWith(source);
  return typeof source === 'function' ? { connect, clientTtl: RENEWED_MS } : { connect };
}

function connectWith(source: CertificateSource | undefined): buildConnector.connector {
  if (typeof source !== 'function') return buildConnector({ timeout: CONNECT_MS, ...tlsOptions(source) });
  let made: { by: RavenCertificate; connect: buildConnector.connector } | null = null;
  return (options, callback) => {
    let certificate: RavenCertificate;
    try {
      certificate = source();
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
      return;
    }
    if (!made || !isDeepStrictEqual(made.by, certificate)) {
      const connect = buildConnector({ timeout: CONNECT_MS, ...tlsOptions(certificate) });
      made = { by: certificate, connect };
    }
    made.connect(options, callback);
  };
}

/** An agent that presents the certificate; its owner closes it. */
export function agentWith(source: CertificateSource | undefined): Agent {
  return new Agent(secured(source));
}
