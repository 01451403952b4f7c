import { linesOf } from '../../job/content.ts';

/** The part of an input that one operation processes, in blocks of whole lines. */
export interface Chunk {
  index: number;
  blocks: Uint8Array[];
  documents: number;
}

/** Small enough that a server with 1 GB can hold several of them. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;

/** An upper bound for the chunks of an input of this size: two consecutive chunks are together larger than one may be. */
export function mostChunksOf(bytes: number): number {
  return 2 * Math.ceil((bytes + 1) / CHUNK_BYTES) + 1;
}

/** Splits an input at line ends. An empty input becomes one chunk with a blank line, so that its script is still compiled. */
export async function* chunksOf(
  parts: AsyncIterable<Uint8Array>,
  most: number = CHUNK_BYTES,
): AsyncGenerator<Chunk> {
  let chunk: Chunk = { index: 0, blocks: [], documents: 0 };
  let block: Uint8Array[] = [];
  let [blockBytes, chunkBytes] = [0, 0];
  const endBlock = (): void => {
    if (block.length > 0) chunk.blocks.push(Buffer.concat(block));
    [block, blockBytes] = [[], 0];
  };
  for await (const line of linesOf(parts)) {
    if (chunk.documents > 0 && chunkBytes + line.length > most) {
      endBlock();
      yield chunk;
      [chunk, chunkBytes] = [{ index: chunk.index + 1, blocks: [], documents: 0 }, 0];
    }
    block.push(line, LINE_FEED);
    blockBytes += line.length + 1;
    chunkBytes += line.length + 1;
    chunk.documents++;
    if (blockBytes >= BLOCK_BYTES) endBlock();
  }
  endBlock();
  // Apache Spark does not call the function for data without rows.
  if (chunk.blocks.length === 0) chunk.blocks.push(LINE_FEED);
  if (chunk.documents > 0 || chunk.index === 0) yield chunk;
}

const LINE_FEED = Buffer.from('\n');
