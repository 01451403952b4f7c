import type { Breakers } from '@nestjs-spark/foundation/internal';

/** How to reach one RavenDB database. */
export interface RavenSettings {
  /** Addresses of the server's nodes; the first that answers is used. */
  urls: string[];
  database: string;
  /** For a secured server (https). */
  certificate?: CertificateSource;
  /** The application's, shared by everything that sends to the same nodes. Default: its own. */
  breakers?: Breakers;
}

/** A certificate, or a function called at each new connection, so that a renewed certificate is used without a restart. */
export type CertificateSource = RavenCertificate | (() => RavenCertificate);

/** A client certificate. Its private key is never written to a log or an error. */
export interface RavenCertificate {
  /** PEM with certificate and private key (PKCS#1 or PKCS#8, encrypted or not), or a PFX. */
  type: 'pem' | 'pfx';
  certificate: string | Buffer;
  passphrase?: string;
  /** Authorities to trust instead of the system's. */
  ca?: string | Buffer;
}

/** The addresses in a form safe for errors: without user, password, path or query. */
export function describeUrls(urls: readonly string[]): string {
  return urls.map(describeUrl).join(', ');
}

export function describeUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
