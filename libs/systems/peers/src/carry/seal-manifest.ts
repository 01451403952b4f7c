import { hash } from 'node:crypto';
import { sealMessage } from '@nestjs-spark/contracts/internal';
import { isObject } from '@nestjs-spark/foundation/internal';
import { judgeWriter } from './judge-writer.ts';
import type { Writer } from './message.ts';
import { isOrigin, originSubject } from './names.ts';
import { decodeManifest, encodeManifest, type Manifest } from './snapshot.ts';
import { textOf } from './unpack-text.ts';

/** A manifest as an object has it, and who has signed it. */
export interface ReadManifest {
  readonly manifest: Manifest;
  /** The origin whose writer has signed it; null if nobody has. */
  readonly origin: string | null;
}

/** What a part has to be for its manifest. */
export function digestOf(part: Uint8Array): string {
  return hash('sha256', part, 'base64url');
}

/** A manifest, signed with the key that an origin in the log follows from. Earlier versions read it all the same. */
export function sealManifest(writer: Writer, origin: string, name: string, manifest: Manifest): Buffer {
  const signer = { origin, key: writer.key };
  const payload = encodeManifest(manifest, signer);
  const subject = subjectOf(writer.service, origin, name);
  const { headers: seal } = sealMessage({ headers: {}, payload }, subject, writer.signer);
  return encodeManifest(manifest, { ...signer, seal });
}

/** Null if no node has written it, or if it was signed by somebody other than the origin that it names. */
export async function readManifest(
  service: string,
  name: string,
  bytes: Uint8Array | null,
): Promise<ReadManifest | null> {
  const manifest = decodeManifest(bytes);
  const text = bytes && textOf(bytes);
  if (manifest === null || text === null) return null;
  const { seal, ...plain } = JSON.parse(text) as Record<string, unknown>;
  const { origin, key, ...unsigned } = plain;
  const known = { manifest, origin: null };
  if (seal === undefined && origin === undefined) return unsigned['digests'] === undefined ? known : null;
  if (!isHeaders(seal) || typeof origin !== 'string' || !isOrigin(origin)) return null;
  const message = { headers: seal, payload: Buffer.from(JSON.stringify(plain), 'utf8') };
  const verdict = await judgeWriter(message, subjectOf(service, origin, name), origin, key);
  return verdict === 'genuine' && manifest.digests?.length === manifest.parts ? { ...known, origin } : null;
}

/** No message has such a subject, so a seal on one cannot be passed off as a seal on the other. */
function subjectOf(service: string, origin: string, name: string): string {
  return `${originSubject(service, origin)} ${name}`;
}

function isHeaders(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((header) => typeof header === 'string');
}
