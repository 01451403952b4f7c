import { StoreRefusedError } from '@nestjs-spark/contracts';
import {
  readCertificate,
  requireUsable,
  type CertificateSource,
  type RavenCertificate,
} from '@nestjs-spark/ravendb';
import { SecretError, type Secrets } from '@nestjs-spark/secrets';

/**
 * The client certificate: from the options, or from the secrets, which are read at each new connection.
 * @param faults receives whatever makes it unusable now
 */
export function settleCertificate(
  given: CertificateSource | undefined,
  secrets: Secrets,
  faults: string[],
): CertificateSource | undefined {
  try {
    if (given) {
      requireUsable(typeof given === 'function' ? given() : given);
      return given;
    }
    return fromSecrets(secrets) && (() => requireSecret(secrets));
  } catch (error) {
    if (!(error instanceof StoreRefusedError || error instanceof SecretError)) throw error;
    faults.push(error.message);
    return undefined;
  }
}

function fromSecrets(secrets: Secrets): RavenCertificate | undefined {
  const certificate = secrets.bytes('RAVENDB_CERTIFICATE');
  const passphrase = secrets.text('RAVENDB_PASSPHRASE');
  const ca = secrets.text('RAVENDB_CA');
  if (!certificate) return undefined;
  return readCertificate({
    certificate,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca }),
  });
}

function requireSecret(secrets: Secrets): RavenCertificate {
  const certificate = fromSecrets(secrets);
  if (certificate) return certificate;
  throw new SecretError('RAVENDB_CERTIFICATE is no longer set: set it again');
}
