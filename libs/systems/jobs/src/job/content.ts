import { createHash, hash } from 'node:crypto';
import type { Content } from './job.ts';

/** What has more bytes than this is stored apart from the record, which is written with every change. */
export const MOST_INLINE_BYTES = 64 * 1024;

/** Where contents that do not fit are put. */
export type PutContent = (name: string, content: AsyncIterable<Uint8Array>) => Promise<void>;

/** Takes in a text, as `keepContent` does a stream. */
export async function keepText(text: string, nameOf: () => string, put: PutContent): Promise<Content> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_INLINE_BYTES) return keepContent(onePart(text), nameOf, put);
  return { bytes, sha256: hash('sha256', text), inline: text };
}

/** A content that is in memory as a whole: for a small one, waiting for each part costs more than the rest. */
export class HeldContent implements AsyncIterable<Uint8Array> {
  readonly parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    yield* this.parts;
  }
}

/** Takes in a stream: its size, its digest, and the bytes themselves or the name under which they were stored. */
export async function keepContent(
  parts: AsyncIterable<Uint8Array>,
  nameOf: () => string,
  put: PutContent,
): Promise<Content> {
  if (parts instanceof HeldContent) {
    const content = Buffer.concat(parts.parts);
    if (content.byteLength <= MOST_INLINE_BYTES) return inline(content);
  }
  const rest = parts[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let bytes = 0;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    held.push(next.value);
    bytes += next.value.byteLength;
    if (bytes > MOST_INLINE_BYTES) return putContent(held, rest, nameOf(), put);
  }
  return inline(Buffer.concat(held));
}

function inline(content: Buffer): Content {
  return { bytes: content.byteLength, sha256: hash('sha256', content), inline: content.toString() };
}

/** Stores what has been read of a stream, and the rest of it. */
async function putContent(
  held: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  object: string,
  put: PutContent,
): Promise<Content> {
  const digest = createHash('sha256');
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const part of joined(held, rest)) {
      digest.update(part);
      bytes += part.byteLength;
      yield part;
    }
  };
  await put(object, counted());
  return { bytes, sha256: digest.digest('hex'), object };
}

async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

/** A line has more bytes than it may. */
export class LineTooLongError extends Error {
  override readonly name = 'LineTooLongError';
}

/**
 * The lines of a stream of bytes, without the empty ones. A line ends with a line feed, and with nothing else.
 * @param most how many bytes a line may have
 * @throws {LineTooLongError} as soon as one has more
 */
export async function* linesOf(parts: AsyncIterable<Uint8Array>, most = Infinity): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let held = 0;
  const hold = (length: number): void => {
    held += length;
    if (held > most) throw new LineTooLongError(`A line may have at most ${most} bytes`);
  };
  for await (const part of parts) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
      hold(at - from);
      const line = Buffer.concat([...rest, bytes.subarray(from, at)]);
      rest = [];
      held = 0;
      from = at + 1;
      if (!isBlank(line)) yield line;
    }
    if (from === bytes.length) continue;
    hold(bytes.length - from);
    rest.push(bytes.subarray(from));
  }
  const last = Buffer.concat(rest);
  if (!isBlank(last)) yield last;
}

const LINE_FEED = 0x0a;

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

/** A stream of one part. */
export function onePart(content: string | Uint8Array): HeldContent {
  return new HeldContent([Buffer.from(content)]);
}

/** All of a stream. */
export async function readAll(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (parts instanceof HeldContent) return Buffer.concat(parts.parts);
  const held: Uint8Array[] = [];
  for await (const part of parts) held.push(part);
  return Buffer.concat(held);
}
