import { createHash } from 'node:crypto';

/**
 * What makes two scripts the same script: the collection they read and their text. A copy made by another fingerprint is
 * out of date, so it decides what is read again.
 */
export function scriptFingerprint(sourceCollection: string, script: string): string {
  return createHash('sha256').update(`${sourceCollection}\n${script}`).digest('hex').slice(0, 16);
}
