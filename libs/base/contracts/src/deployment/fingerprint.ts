import { createHash } from 'node:crypto';

/**
 * What makes two scripts the same script: the collection they read, their text, and what comes before their ids. A copy made by another fingerprint is
 * out of date, so it decides what is read again.
 */
export function scriptFingerprint(sourceCollection: string, script: string, idPrefix?: string): string {
  const text = `${sourceCollection}\n${script}`;
  return createHash('sha256')
    .update(idPrefix === undefined ? text : `${text}\0${idPrefix}`)
    .digest('hex')
    .slice(0, 16);
}
