import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { RavenCertificate } from './settings.ts';

/** A client certificate as found in files and variables. */
export interface CertificateText {
  /** PEM with certificate and private key, the bytes of a PFX, or a PFX as base64. */
  certificate: Buffer;
  passphrase?: string;
  /** Authorities to trust instead of the system's, as PEM. */
  ca?: string;
}

/**
 * Reads a client certificate for {@link RavenSettings}, PEM or PFX, recognized by its beginning.
 * @throws {StoreRefusedError} when it cannot be used: the message names the problem without revealing any of the certificate
 */
export function readCertificate({ certificate, passphrase, ca }: CertificateText): RavenCertificate {
  const more = { ...(passphrase === undefined ? {} : { passphrase }), ...(ca === undefined ? {} : { ca }) };
  const text = certificate.toString('latin1').trim();
  const made: RavenCertificate = text.startsWith('-----BEGIN')
    ? { type: 'pem', certificate: text, ...more }
    : { type: 'pfx', certificate: isBase64(text) ? Buffer.from(text, 'base64') : certificate, ...more };
  requireUsable(made);
  return made;
}

/**
 * Refuses a certificate that no connection could use.
 * @throws {StoreRefusedError} when its key is missing, its passphrase is wrong, or it cannot be read: the message says which
 */
export function requireUsable(certificate: RavenCertificate): void {
  const lacking = certificate.type === 'pem' ? lackingInPem(String(certificate.certificate)) : null;
  if (lacking !== null) throw unusable(lacking);
  try {
    createSecureContext(tlsOptions(certificate));
  } catch (error) {
    throw unusable(describe(error, certificate), error);
  }
}

/** The certificate as TLS options for Node. */
export function tlsOptions(certificate: RavenCertificate | undefined) {
  if (!certificate) return {};
  const { type, certificate: content, passphrase, ca } = certificate;
  const own = type === 'pfx' ? { pfx: content } : { cert: content, key: content };
  return { ...own, ...(passphrase ? { passphrase } : {}), ...(ca ? { ca } : {}) };
}

/**
 * The key as unencrypted `BEGIN RSA PRIVATE KEY`, after the certificates: RavenDB's client supports no other format. Null for a
 * key of another kind.
 */
export function pemForClient({ certificate, passphrase }: RavenCertificate): string | null {
  const text = String(certificate);
  const key = createPrivateKey({ key: text, ...(passphrase ? { passphrase } : {}) });
  if (key.asymmetricKeyType !== 'rsa') return null;
  const certificates = text.match(CERTIFICATES) ?? [];
  return [...certificates, String(key.export({ type: 'pkcs1', format: 'pem' }))].join('\n');
}

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function lackingInPem(text: string): string | null {
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    return 'it has no certificate: put it and its key into one PEM';
  if (!/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/.test(text))
    return 'it has no private key: put the certificate and its key into one PEM';
  // OpenSSL says the same of it as of a key that a wrong passphrase has decrypted.
  if (!(text.match(CERTIFICATES) ?? ['']).every(isCertificate))
    return 'a certificate in it cannot be read: put it into the PEM as it was issued, from its BEGIN to its END line';
  return null;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

function describe(error: unknown, certificate: RavenCertificate): string {
  const message = messageOf(error);
  const { passphrase } = certificate;
  if (/key values mismatch/i.test(message)) return 'the key does not belong to the certificate';
  if (/mac verify failure|bad decrypt|bad password|interrupted or cancelled|bad end line/i.test(message)) {
    return passphrase === undefined
      ? 'its key has a passphrase: set RAVENDB_PASSPHRASE'
      : 'the passphrase does not open it: correct RAVENDB_PASSPHRASE';
  }
  // One wrong passphrase in 256 decrypts a PEM to something that ends as if it were right, but is not a key.
  if (passphrase !== undefined && isEncryptedPem(certificate))
    return 'the passphrase does not open it: correct RAVENDB_PASSPHRASE';
  return `it is neither PEM nor PFX (${message})`;
}

function isEncryptedPem({ type, certificate }: RavenCertificate): boolean {
  return type === 'pem' && String(certificate).includes('ENCRYPTED');
}

function unusable(what: string, cause?: unknown): StoreRefusedError {
  return new StoreRefusedError(
    `The client certificate for RavenDB (RAVENDB_CERTIFICATE) cannot be used: ${what}.`,
    { cause },
  );
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/\s]+={0,2}$/.test(text);
}
