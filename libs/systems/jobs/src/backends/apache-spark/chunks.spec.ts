import { describe, expect, it } from '@jest/globals';
import { chunksOf } from './chunks.ts';

async function cut(parts: string[], most: number): Promise<string[]> {
  const chunks: string[] = [];
  const read = async function* () {
    for (const part of parts) yield Buffer.from(part);
  };
  for await (const { blocks } of chunksOf(read(), most)) chunks.push(Buffer.concat(blocks).toString());
  return chunks;
}

describe('An input in chunks', () => {
  it('is cut between its lines, wherever its parts end', async () => {
    expect(await cut(['aa\nb', 'b\n', 'cc\ndd'], 6)).toEqual(['aa\nbb\n', 'cc\ndd\n']);
  });

  it('is one chunk where it is empty, so that its script is read all the same', async () => {
    expect(await cut([], 6)).toEqual(['\n']);
    expect(await cut(['\n\n'], 6)).toEqual(['\n']);
  });

  it('has a line that is too long as a chunk of its own', async () => {
    expect(await cut(['a\n', 'b'.repeat(20), '\nc\n'], 6)).toEqual(['a\n', `${'b'.repeat(20)}\n`, 'c\n']);
  });
});
