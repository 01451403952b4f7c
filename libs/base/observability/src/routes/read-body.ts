import type { IncomingMessage } from 'node:http';

// Long enough to take the answer; whoever still sends then is cut off.
const AFTER_REFUSAL_MS = 2_000;

/**
 * The body of a request; null when it has more bytes than are allowed. What is left of it is thrown away as it comes: a sender
 * whose connection is closed at once often never sees the answer.
 */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  // Whoever says that it is too much need not send it before the answer, and whoever waits to be asked for it is not asked.
  if (Number(request.headers['content-length'] ?? 0) > mostBytes)
    return request.headers.expect === undefined ? refuse(request) : null;
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
