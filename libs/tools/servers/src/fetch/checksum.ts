import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export type Algorithm = 'sha256' | 'sha512';

/** A checksum that a file must have, and its source. */
export interface Checksum {
  readonly algorithm: Algorithm;
  readonly hex: string;
  readonly from: string;
}

async function hashFile(file: string, algorithm: Algorithm): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Throws when the file's checksum differs. */
export async function verifyChecksum(file: string, name: string, expected: Checksum): Promise<void> {
  const actual = await hashFile(file, expected.algorithm);
  if (actual.toLowerCase() === expected.hex.toLowerCase()) return;
  throw new Error(
    `${name} has ${expected.algorithm} ${actual}, but ${expected.from} says ${expected.hex}: ` +
      'it was damaged or altered in transit and is not used. Fetch it again from a source that you trust',
  );
}

/** Finds a file's line in a `SHA256SUMS` text. */
export function checksumIn(sums: string, name: string): string | undefined {
  for (const line of sums.split('\n')) {
    const [hex, file] = line.trim().split(/\s+\*?/);
    if (file === name && hex && /^[0-9a-f]{64}$/i.test(hex)) return hex;
  }
  return undefined;
}
