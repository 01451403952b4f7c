import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';

/** A checkpoint in the middle of a first generation; each test overrides what it is about. */
export function checkpointOf(task: TaskKey, changes: Partial<Checkpoint> = {}): Checkpoint {
  const { to = 1 } = changes;
  return {
    name: taskName(task),
    generation: 1,
    incarnation: 'first',
    databaseId: 'db',
    to,
    live: false,
    script: 'v1',
    witness: { number: 0, mark: '' },
    sequence: to,
    streamCreated: 's',
    swept: false,
    setsApplied: to,
    documentsPut: 0,
    documentsDeleted: 0,
    readAt: 0,
    appliedAt: 0,
    ...changes,
  };
}
