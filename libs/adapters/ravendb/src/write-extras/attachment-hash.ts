import { loadPackage } from '@nestjs-spark/foundation/internal';

/** Passes on a content and checks at its end that it matches its hash, BLAKE2b-256 in base64 as in RavenDB. */
export async function* checkHash(
  content: AsyncIterable<Uint8Array>,
  expected: string,
  mismatch: (actual: string) => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Imported on demand: it is nearly 300 kB of code, and most applications have no attachments.
  const { createBLAKE2b } = await loadPackage('hash-wasm', () => import('hash-wasm'));
  const hash = await createBLAKE2b(256);
  hash.init();
  for await (const part of content) {
    hash.update(part);
    yield part;
  }
  const actual = Buffer.from(hash.digest('binary')).toString('base64');
  if (actual !== expected) throw mismatch(actual);
}
