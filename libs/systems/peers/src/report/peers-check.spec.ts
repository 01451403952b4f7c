import { describe, expect, it } from '@jest/globals';
import { PeersCheck } from './peers-check.ts';
import type { PeersStatus } from './peers-status.ts';
import type { Peers } from './peers.ts';

const status = {
  service: 'notes',
  node: 'a',
  state: 'catching-up',
  log: { state: 'connected', position: 40, last: 100 },
  backlog: 0,
  clockOffsetMs: 0,
  etaSeconds: 3,
  entities: [{ entity: 'Notes' }],
  disabled: ['Drafts'],
} as unknown as PeersStatus;

describe('The health of a replica', () => {
  it('names each collection: how far it is, or that it is kept on this node alone', async () => {
    const peers = {
      readiness: async () => ({ ready: false, reason: '60 messages of the log are not applied yet' }),
      status: async () => status,
    };
    const { ready, data } = await new PeersCheck(peers as unknown as Peers, 60_000).look();
    expect(ready).toBe(false);
    expect(data?.['entities']).toEqual({
      Notes: { state: 'catching-up', applied: 40, target: 100, behind: 60, etaSeconds: 3 },
      Drafts: expect.objectContaining({ state: 'disabled' }),
    });
  });
});
