import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import type { PipelineKey } from './ports.ts';

/** A text as one part of a subject: as it is where it can be, otherwise in base64url after a `=`. */
export function subjectPart(text: string): string {
  return /^[\w-]+$/.test(text) ? text : `=${Buffer.from(text).toString('base64url')}`;
}

export const subjectOf = ({ tenant, pipelineId }: PipelineKey): string =>
  `${subjectPart(tenant)}.${subjectPart(pipelineId)}`;

/** JSON of a message; null for what is not JSON. */
export function decode(payload: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(payload));
  } catch {
    return null;
  }
}

export const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
