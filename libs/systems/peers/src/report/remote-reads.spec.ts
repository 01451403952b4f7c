import { describe, expect, it } from '@jest/globals';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import type { AskPeers } from '../answer/ask-peers.ts';
import type { PeerEntity } from '../declare/find-entities.ts';
import { RemoteReads } from './remote-reads.ts';

class Note {
  title!: string;
}

const NOTES = {
  type: Note,
  mapping: new EntityMapping(Note.prototype),
  declaration: { collection: 'Notes' },
} as unknown as PeerEntity;
const IDS = Array.from({ length: 9 }, (_, at) => `notes/${at}`);

/** Another node, whose answers have room for so many documents. */
function nodeWithRoomFor(most: number): AskPeers {
  return {
    read: async (_: string, { skip, take }: { skip: number; take: number }) => ({
      node: 'b',
      position: 7,
      items: IDS.slice(skip, skip + Math.min(most, take)).map((id) => ({
        id,
        document: '{"Title":"x"}',
        version: 'abcd:1',
      })),
      total: IDS.length,
    }),
  } as unknown as AskPeers;
}

describe('A list of another node', () => {
  it.each([2, 100])('is whole, however few documents fit into an answer: %p', async (most) => {
    const reads = new RemoteReads(nodeWithRoomFor(most), [NOTES]);
    const listed = async (skip: number, take: number) => {
      const { value } = await reads.list(Note, { skip, take });
      return value.items.map(({ id }) => id);
    };
    expect(await listed(0, 5)).toEqual(IDS.slice(0, 5));
    expect(await listed(5, 100)).toEqual(IDS.slice(5));
    expect(await listed(20, 5)).toEqual([]);
    expect(await listed(0, 0)).toEqual([]);
  });
});
