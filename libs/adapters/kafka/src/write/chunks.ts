export interface OutMessage {
  topic: string;
  /** Default: by the key; without one, any. */
  partition?: number;
  key?: Buffer;
  value: Buffer;
  headers?: Map<Buffer, Buffer>;
}

const CHUNK_BYTES = 512 * 1024;
/** The overhead of a message, of a whole chunk, and of a header, in bytes. */
const [MESSAGE_FRAME, CHUNK_FRAME, HEADER_FRAME] = [32, 128, 8];

function sizeOf({ key, value, headers = new Map() }: OutMessage): number {
  const heads = [...headers].reduce((sum, [name, text]) => sum + name.length + text.length + HEADER_FRAME, 0);
  return value.length + (key?.length ?? 0) + heads + MESSAGE_FRAME;
}

/** The indexes of messages that are refused even when sent alone. */
export function tooLarge(messages: readonly OutMessage[], mostBytes: number): number[] {
  return messages.flatMap((message, at) => (sizeOf(message) + CHUNK_FRAME > mostBytes ? [at] : []));
}

/** The messages in order, in chunks no larger than a partition accepts. */
export function chunksOf(messages: readonly OutMessage[], mostBytes: number): OutMessage[][] {
  const most = Math.min(CHUNK_BYTES, mostBytes) - CHUNK_FRAME;
  const chunks: OutMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += sizeOf(message);
    if (bytes > most) {
      chunks.push([]);
      bytes = sizeOf(message);
    }
    chunks.at(-1)?.push(message);
  }
  return chunks;
}
