import { describe, expect, it } from '@jest/globals';
import type { Checkpoint } from './change-sink.ts';
import { readStoredCheckpoint, toStoredCheckpoint } from './stored-checkpoint.ts';

const CHECKPOINT: Checkpoint = {
  name: 'Fleet/HR/Cars',
  generation: 1,
  incarnation: 'first',
  databaseId: 'db',
  to: 9,
  live: true,
  script: 's',
  witness: { number: 1, mark: 'a' },
  sequence: 9,
  streamCreated: '2026-01-01T00:00:00Z',
  swept: true,
  setsApplied: 1,
  documentsPut: 1,
  documentsDeleted: 0,
  readAt: 1,
  appliedAt: 2,
};
const STORED = toStoredCheckpoint(CHECKPOINT) as Record<string, unknown>;
const fields = Object.keys(STORED).filter((name) => name !== 'task');

describe('A checkpoint in a database', () => {
  it.each(['Fleet/HR/Cars', 'notes'])('comes back as it was written, of %s', (name) => {
    const written = { ...CHECKPOINT, name };
    expect(readStoredCheckpoint(toStoredCheckpoint(written))).toEqual(written);
  });

  it.each(fields)('is none where %s is missing, or something else', (field) => {
    const { [field]: _, ...rest } = STORED;
    expect(readStoredCheckpoint(rest)).toBeNull();
    for (const odd of [null, [], { a: 1 }, -1, 2 ** 60])
      expect(readStoredCheckpoint({ ...STORED, [field]: odd })).toBeNull();
  });

  it.each([null, 'text', [], {}, { ...STORED, task: 5 }, { ...STORED, ids: 'mongodb' }])(
    'is none when it is %j',
    (stored) => {
      expect(readStoredCheckpoint(stored)).toBeNull();
    },
  );
});
