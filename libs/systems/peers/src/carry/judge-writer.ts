import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { judgeSeal, type LogPayload } from '@nestjs-spark/contracts/internal';
import { keyIdOf } from '@nestjs-spark/modules/internal';
import { isOriginOf } from './origin.ts';

const X = /^[A-Za-z0-9_-]{43}$/;
/** Limits the cache: with more keys than a service has nodes, keys are imported again. */
const MOST_KEPT = 1_000;

interface WriterKey {
  readonly keyId: string;
  readonly key: KeyObject;
  /** The last origin that was found to belong to the key: a node writes under one origin for as long as it runs. */
  origin: string | null;
}

const kept = new Map<string, WriterKey>();
const verifyAside = promisify(verify);

/** Where a signature is verified: on this thread, which takes less processor time, or on another one while this one continues. */
export type VerifiedOn = 'this-thread' | 'another-thread';

/**
 * Whether a message was signed with the key that its origin was derived from. The message contains the key, so no registry is involved:
 * nodes knowing different keys would decide differently.
 */
export async function judgeWriter(
  message: LogPayload,
  subject: string,
  origin: string,
  x: unknown,
  on: VerifiedOn = 'this-thread',
): Promise<'genuine' | 'forged' | 'unsigned'> {
  if (x === undefined) return 'unsigned';
  if (typeof x !== 'string' || !X.test(x)) return 'forged';
  const writer = await keyOf(x);
  if (writer === null || !mayWrite(writer, origin)) return 'forged';
  const verdict = await judgeSeal(message, subject, '', {
    async verify({ keyId, bytes, signature }) {
      if (keyId !== writer.keyId) return 'forged';
      const isSigned =
        on === 'another-thread'
          ? await verifyAside(null, bytes, writer.key, signature)
          : verify(null, bytes, writer.key, signature);
      return isSigned ? 'genuine' : 'forged';
    },
  });
  return verdict === 'unknown-key' ? 'forged' : verdict;
}

function mayWrite(writer: WriterKey, origin: string): boolean {
  if (writer.origin === origin) return true;
  const isIts = isOriginOf(origin, writer.keyId);
  if (isIts) writer.origin = origin;
  return isIts;
}

async function keyOf(x: string): Promise<WriterKey | null> {
  const known = kept.get(x);
  if (known) return known;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x } as const;
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const made: WriterKey = { keyId: await keyIdOf(jwk), key, origin: null };
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(x, made);
    return made;
  } catch {
    // An invalid key cannot have signed anything.
    return null;
  }
}
