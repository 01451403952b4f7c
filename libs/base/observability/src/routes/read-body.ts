import type { IncomingMessage } from 'node:http';
import { bodyHeadersOf } from './left-body.ts';

// Long enough to receive the answer; a client that is still sending then is cut off.
const AFTER_REFUSAL_MS = 2_000;

/**
 * The body of a request; null when it exceeds the allowed size. The rest is discarded as it arrives: a client whose connection is
 * closed immediately often never sees the answer.
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  // A client that announces too much need not send it before the answer, and one that waits for `100 Continue` does not get it.
  const { 'content-length': announced, expect } = bodyHeadersOf(request);
  if (Number(announced ?? 0) > mostBytes) return expect === undefined ? refuse(request) : null;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > mostBytes) break;
    parts.push(part);
  }
  if (bytes <= mostBytes) return Buffer.concat(parts);
  return refuse(request);
}

function refuse(request: IncomingMessage): null {
  request.resume();
  const end = setTimeout(() => request.destroy(), AFTER_REFUSAL_MS).unref();
  request.once('end', () => clearTimeout(end)).once('close', () => clearTimeout(end));
  return null;
}
