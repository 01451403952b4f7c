import { headers, type MsgHdrs } from '@nats-io/transport-node';

/** The server's own headers, irrelevant to readers. */
const SERVER_PREFIX = 'nats-';

export function toHeaders(record: Record<string, string>): MsgHdrs {
  const result = headers();
  for (const [name, value] of Object.entries(record)) result.set(name, value);
  return result;
}

/** The first value of each header of a message. */
export function fromHeaders(source = headers()): Record<string, string> {
  const own = source.keys().filter((name) => !name.toLowerCase().startsWith(SERVER_PREFIX));
  return Object.fromEntries(own.map((name) => [name, source.get(name)]));
}

/** Upper estimate of the headers' size on the wire, including those that a publish adds. */
export function headerBytes(record: Record<string, string>): number {
  const own = Object.entries(record).reduce(
    (sum, [name, value]) => sum + byteLength(name) + byteLength(value) + 4,
    0,
  );
  return own + 512;
}

/** JetStream's limit for the headers of one message. */
const MOST_HEADER_BYTES = 65_535;

/** Whether a message with these headers and this payload size can be published. */
export function isPublishable(
  record: Record<string, string>,
  payloadBytes: number,
  maxPayload: number,
): boolean {
  const bytes = headerBytes(record);
  return bytes <= MOST_HEADER_BYTES && payloadBytes + bytes <= maxPayload;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
