import { promisify } from 'node:util';
import { isUtf8 } from 'node:buffer';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { LogPayload } from '@nestjs-spark/contracts/internal';
import type { PeerEvent } from '../merge/event.ts';
import type { EventMessage } from '../receive/receive-events.ts';
import { isOrigin } from './names.ts';
import { readEvent } from './read-event.ts';

const KIND_HEADER = 'Spark-Kind';
const PEER_HEADER = 'Spark-Peer';
const ENCODING_HEADER = 'Spark-Encoding';
const ENCODING = 'zstd';
const COMPRESS_ABOVE_BYTES = 512;
/** A document and what belongs to it; whoever packs more into a message is not a node. */
const MOST_BYTES = 80 * 1024 * 1024;
const MOST_EVENTS = 10_000;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A message as it was read, and the node that it says it is from. */
export interface ReadMessage extends EventMessage {
  readonly node: string;
}

/** Events as the log carries them: one a line. */
export async function encodeMessage(
  node: string,
  events: readonly [PeerEvent, ...PeerEvent[]],
): Promise<LogPayload> {
  const [{ origin, number: from }] = events;
  const to = events.at(-1)?.number ?? from;
  const plain = Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'), 'utf8');
  const isPacked = plain.length > COMPRESS_ABOVE_BYTES;
  const headers = {
    [KIND_HEADER]: 'events',
    [PEER_HEADER]: JSON.stringify({ format: 1, kind: 'events', node, origin, from, to }),
    ...(isPacked && { [ENCODING_HEADER]: ENCODING }),
  };
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  return { headers, payload: isPacked ? await compress(plain, { params }) : plain };
}

/** What the log gives of a message. */
export interface LoggedMessage {
  readonly sequence: number;
  readonly writer: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array | null;
}

/**
 * Reads a message within bounds.
 * @returns null for what no node has written: the same on every node, because it depends on nothing but the message
 */
export async function decodeMessage(message: LoggedMessage): Promise<ReadMessage | null> {
  const { sequence, writer: origin, headers } = message;
  const node = nodeOf(headers[PEER_HEADER]);
  const text = await textOf(message);
  if (node === null || text === null || !isOrigin(origin)) return null;
  const lines = text.split('\n', MOST_EVENTS + 1);
  if (lines.length > MOST_EVENTS) return null;
  const events = lines.map((line) => readEvent(line, origin)).filter((event) => event !== null);
  return events.length === lines.length ? { sequence, origin, node, events } : null;
}

async function textOf({ headers, payload }: LoggedMessage): Promise<string | null> {
  if (payload === null || headers[KIND_HEADER] !== 'events') return null;
  try {
    const isPacked = headers[ENCODING_HEADER] === ENCODING;
    const plain = isPacked ? await decompress(payload, { maxOutputLength: MOST_BYTES }) : payload;
    return isUtf8(plain) ? Buffer.from(plain).toString('utf8') : null;
  } catch {
    return null;
  }
}

function nodeOf(header: string | undefined): string | null {
  try {
    const { format, node } = JSON.parse(header ?? '') as { format?: unknown; node?: unknown };
    return format === 1 && typeof node === 'string' && node !== '' && node.length <= 100 ? node : null;
  } catch {
    return null;
  }
}
