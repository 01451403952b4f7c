import { randomBytes } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters that no other node draws. */
export function drawLetters(count: number): string {
  return lettersOf(randomBytes(count));
}

/** One letter for each byte. */
export function lettersOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}
