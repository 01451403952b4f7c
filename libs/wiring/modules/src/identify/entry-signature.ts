import type { ModuleInformation, PublicKeyJwk } from '@nestjs-spark/contracts';
import { base64url, compactVerify, CompactSign, type CryptoKey } from 'jose';
import { TOKEN_ALGORITHM } from './token-claims.ts';

/** Not `JWT`, so that no signed entry can pass for a token, and no token for an entry. */
const TYPE = 'spark-registry-entry';
const DETACHED = /^([\w-]+)\.\.([\w-]+)$/;

/** Signs everything that others trust in an entry: a JWS with detached content (RFC 7515, appendix F). */
export async function signEntry(
  entry: ModuleInformation,
  signer: { keyId: string; key: CryptoKey },
): Promise<string> {
  const header = { alg: TOKEN_ALGORITHM, kid: signer.keyId, typ: TYPE };
  const [head = '', , signature = ''] = (
    await new CompactSign(contentOf(entry)).setProtectedHeader(header).sign(signer.key)
  ).split('.');
  return `${head}..${signature}`;
}

/** Whether the entry's signature was made by this key over the entry's content. */
export async function isSignedWith(entry: ModuleInformation, key: CryptoKey): Promise<boolean> {
  const [, head, signature] = DETACHED.exec(entry.signature ?? '') ?? [];
  if (head === undefined) return false;
  try {
    const jws = `${head}.${base64url.encode(contentOf(entry))}.${signature}`;
    const { protectedHeader } = await compactVerify(jws, key, { algorithms: [TOKEN_ALGORITHM] });
    return protectedHeader.typ === TYPE;
  } catch {
    return false;
  }
}

/** A list rather than an object: stores may reorder an object's fields. */
function contentOf(entry: ModuleInformation): Uint8Array {
  const { appName, appUrl, databaseName, databaseUrls, registeredAtUtc, publicKey, version, nextKey } = entry;
  const content = [
    [appName, appUrl, databaseName, databaseUrls, registeredAtUtc],
    membersOf(publicKey),
    version || null,
    membersOf(nextKey),
  ];
  return new TextEncoder().encode(JSON.stringify(content));
}

function membersOf(key: PublicKeyJwk | undefined): string[] | null {
  return key ? [key.kty, key.crv, key.x] : null;
}
