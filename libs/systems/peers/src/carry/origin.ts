import { hash } from 'node:crypto';
import { drawLetters, lettersOf } from './letters.ts';

const DRAWN = 6;
const PROOF = 14;

/** Draws an origin that only the holder of a key can use: it ends with letters derived from the key and the random part. */
export function drawOrigin(keyId: string): string {
  const drawn = drawLetters(DRAWN);
  return drawn + proofOf(drawn, keyId);
}

/** Whether a key may write under an origin. Every node decides alike, because nothing else is involved. */
export function isOriginOf(origin: string, keyId: string): boolean {
  return origin.length === DRAWN + PROOF && origin.slice(DRAWN) === proofOf(origin.slice(0, DRAWN), keyId);
}

function proofOf(drawn: string, keyId: string): string {
  return lettersOf(hash('sha256', `spark-origin ${drawn} ${keyId}`, 'buffer').subarray(0, PROOF));
}
