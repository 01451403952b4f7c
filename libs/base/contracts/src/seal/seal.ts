import { hash } from 'node:crypto';
import { isThumbprint } from '../names/thumbprint.ts';
import type { LogPayload } from '../ports/change-log.ts';
import type { MessageSigner, MessageVerifier, SealVerdict } from '../ports/message-seal.ts';

const KEY_HEADER = 'Spark-Key';
const SIGNATURE_HEADER = 'Spark-Signature';
/** Separates these signatures from everything else signed with the same key. */
const PURPOSE = 'spark-message-1';
const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

/** A message as published under `subject`: with a signature over its headers, its payload and that subject. */
export function sealMessage(message: LogPayload, subject: string, signer: MessageSigner): LogPayload {
  const headers = { ...message.headers, [KEY_HEADER]: signer.keyId };
  const signature = signer.sign(sealedBytes({ ...message, headers }, subject));
  return {
    headers: { ...headers, [SIGNATURE_HEADER]: Buffer.from(signature).toString('base64url') },
    payload: message.payload,
  };
}

/**
 * Whether `author` published exactly this message under this subject.
 * @throws {UnavailableError} while the keys cannot be read
 */
export async function judgeSeal(
  message: LogPayload,
  subject: string,
  author: string,
  verifier: Pick<MessageVerifier, 'verify'>,
): Promise<SealVerdict | 'unsigned'> {
  const { [SIGNATURE_HEADER]: signature, [KEY_HEADER]: keyId } = message.headers;
  if (signature === undefined && keyId === undefined) return 'unsigned';
  if (signature === undefined || keyId === undefined) return 'forged';
  if (!SIGNATURE.test(signature) || !isThumbprint(keyId)) return 'forged';
  return verifier.verify({
    module: author,
    keyId,
    bytes: sealedBytes(message, subject),
    signature: Buffer.from(signature, 'base64url'),
  });
}

/** The payload is included as its hash: a signature reads its input twice, and hashing the bytes on the wire is cheapest. */
function sealedBytes({ headers, payload }: LogPayload, subject: string): Uint8Array {
  const signed = Object.entries(headers)
    .filter(([name]) => name !== SIGNATURE_HEADER)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify([PURPOSE, subject, signed, hash('sha256', payload, 'base64url')]);
  return Buffer.from(text, 'utf8');
}
