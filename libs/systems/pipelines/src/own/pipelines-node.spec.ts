import { once } from 'node:events';
import { expect, it, jest } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import { MemoryBoard } from '../store/memory-board.ts';
import { PipelinesNode, type PipelinesNodeParts } from './pipelines-node.ts';

// oxlint-disable-next-line require-yield -- a journal in which nothing happens
async function* nothing(_: number, signal: AbortSignal): AsyncGenerator<never> {
  await once(signal, 'abort');
}

it('A node takes no shards before it knows all pipelines, however long the journal is: those that it did not know would not run', async () => {
  const done: string[] = [];
  const node = new PipelinesNode({
    store: { mode: 'cluster', journal: { last: async () => 1, follow: nothing } },
    shards: {
      node: 'one',
      epochOf: () => null,
      start: async () => void done.push('takes shards'),
      close: async () => undefined,
    },
    router: {},
    board: new MemoryBoard(),
    around: {},
    log: new MemoryLogger(),
  } as unknown as PipelinesNodeParts);
  jest
    .spyOn(node.projection, 'reached')
    .mockResolvedValueOnce(false)
    .mockResolvedValueOnce(false)
    .mockImplementationOnce(async () => {
      done.push('knows all');
      return true;
    });
  try {
    await node.start();
    expect(done).toEqual(['knows all', 'takes shards']);
  } finally {
    await node.close();
  }
});
