import { createHash } from 'node:crypto';

/** `body_sha256`: base64url of the SHA-256 of the body's bytes, or of the empty string without a body. */
export function bodyDigest(body: Uint8Array | string | undefined): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('base64url');
}
