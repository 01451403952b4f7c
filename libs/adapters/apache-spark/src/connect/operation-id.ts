import { createHash } from 'node:crypto';

/** This project's UUID namespace, drawn once. */
const NAMESPACE = Buffer.from('6f0f5b0c9d1a4d3e8b7a52c1e4f09a36', 'hex');

/** The UUID of a text (RFC 9562, version 5), always the same: derives an id from a name. */
export function uuidOf(text: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
