import { expect, it } from '@jest/globals';
import type { AskPeers } from '../answer/ask-peers.ts';
import { emptyDigest } from '../drift/digest.ts';
import type { DriftStore } from '../drift/drift-store.ts';
import { DriftCheck } from './drift-check.ts';

it('A comparison ends with as many differences as are shown', async () => {
  const ids = Array.from({ length: 50_000 }, (_, at) => `notes/${at}`);
  let asked = 0;
  const store = {
    digest: async () => emptyDigest(),
    documents: async () => ({ items: [], total: ids.length }),
    side: async () => ({ applied: {}, records: [] }),
  } as unknown as DriftStore;
  const peers = {
    digest: async () => ({ node: 'b', position: 1, digest: emptyDigest().fill(1) }),
    heads: async () => {
      asked++;
      return {
        applied: {},
        events: [],
        records: ids.slice(0, 600).map((recordId) => ({ recordId, heads: '', hash: 'x' })),
      };
    },
  } as unknown as AskPeers;
  const report = await new DriftCheck(store, peers).compare('Notes', 'b');
  expect(report).toMatchObject({ buckets: 256, inFlight: 0 });
  expect(report?.differences).toHaveLength(1_000);
  expect(asked).toBe(2);
});

it('A repair goes on after the records that fit into an answer', async () => {
  const ids = Array.from({ length: 7 }, (_, at) => `notes/${at}`);
  const stateOf = (hash: string) => ids.map((recordId) => ({ recordId, heads: 'abcd:1', hash }));
  const applied = { abcd: 1 };
  const repaired: string[][] = [];
  const store = {
    digest: async () => emptyDigest(),
    documents: async () => ({ items: [], total: ids.length }),
    side: async () => ({ applied, records: stateOf('wrong') }),
    repair: async (_: string, some: string[]) => void repaired.push(some),
  } as unknown as DriftStore;
  const peers = {
    digest: async () => ({ node: 'b', position: 1, digest: emptyDigest().fill(1, 0, 1) }),
    heads: async (_: string, __: string, { records }: { records?: string[] }) => ({
      applied,
      events: [],
      records: stateOf('right').filter(({ recordId }) => records?.slice(0, 3).includes(recordId) ?? true),
    }),
  } as unknown as AskPeers;
  await new DriftCheck(store, peers).repair('Notes', 'b');
  expect(repaired).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
});
