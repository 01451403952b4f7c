import type { PeerEvent } from '../src/merge/event.ts';

/** An event as it travels, for what only carries it. */
export const ONE_EVENT: PeerEvent = {
  origin: 'abcd',
  number: 1,
  hlc: 1,
  entity: 'Notes',
  recordId: 'notes/1',
  operation: 'CREATE',
  data: '{}',
  timestamp: 0,
  sees: [],
  resolverVersion: null,
  tx: 1,
};
