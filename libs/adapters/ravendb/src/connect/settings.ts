import type { Breakers } from '@nestjs-spark/foundation/internal';

/** How to reach one RavenDB database. */
export interface RavenSettings {
  /** Addresses of the server's nodes; the first that answers is used. */
  urls: string[];
  database: string;
  /** For a secured server (https). */
  certificate?: RavenCertificate;
  /** Those of the application, shared by all that send to the same nodes. Default: its own. */
  breakers?: Breakers;
}

/** A client certificate. Its private key is never written to a log or an error. */
export interface RavenCertificate {
  /** PEM with certificate and private key (`BEGIN RSA PRIVATE KEY`; the ravendb client drops PKCS#8 silently), or a PFX. */
  type: 'pem' | 'pfx';
  certificate: string | Buffer;
  passphrase?: string;
  /** Authorities to trust besides the system's. */
  ca?: string | Buffer;
}

/** The addresses as an error may show them: without user, password, path or query. */
export function describeUrls(urls: readonly string[]): string {
  return urls.map(describeUrl).join(', ');
}

export function describeUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
