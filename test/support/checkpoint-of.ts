import type { Checkpoint } from '@nestjs-spark/contracts/internal';

/** The checkpoint of a first copy under way, with what a test wants otherwise. */
export function checkpointOf(name: string, changes: Partial<Checkpoint> = {}): Checkpoint {
  return {
    name,
    generation: 1,
    incarnation: 'first',
    databaseId: 'source+id/==',
    to: 10,
    live: false,
    script: 'abc',
    witness: { number: 1, mark: 'a' },
    sequence: 5,
    streamCreated: '2026-01-01T00:00:00Z',
    swept: false,
    setsApplied: 1,
    documentsPut: 1,
    documentsDeleted: 0,
    readAt: 1_700_000_000_000,
    appliedAt: 1_700_000_000_001,
    ...changes,
  };
}
