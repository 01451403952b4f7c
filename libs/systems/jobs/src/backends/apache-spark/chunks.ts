import { linesOf } from '../../job/content.ts';

/** Part of an input that one operation works on, in blocks of whole lines. */
export interface Chunk {
  index: number;
  blocks: Uint8Array[];
  documents: number;
}

/** Small enough that a few of them in flight are no burden for a server with 1 GB. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;

/** At least as many chunks as an input of this size can have: two that follow each other are larger than one may be. */
export function mostChunksOf(bytes: number): number {
  return 2 * Math.ceil((bytes + 1) / CHUNK_BYTES) + 1;
}

/** Cuts an input between its lines. An empty input is one chunk with a blank line, so that its script is read all the same. */
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
  // Apache Spark does not call the function for data without a row.
  if (chunk.blocks.length === 0) chunk.blocks.push(LINE_FEED);
  if (chunk.documents > 0 || chunk.index === 0) yield chunk;
}

const LINE_FEED = Buffer.from('\n');
