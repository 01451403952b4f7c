import { createHash } from 'node:crypto';

/**
 * Identifies a script by the collection it reads, its text and its id prefix. Copies made under another fingerprint are out of
 * date, so it decides what is read again.
 */
export function scriptFingerprint(sourceCollection: string, script: string, idPrefix?: string): string {
  const text = `${sourceCollection}\n${script}`;
  return createHash('sha256')
    .update(idPrefix === undefined ? text : `${text}\0${idPrefix}`)
    .digest('hex')
    .slice(0, 16);
}
