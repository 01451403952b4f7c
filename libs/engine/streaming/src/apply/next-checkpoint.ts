import type { ChangeSet } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';

export interface LogPlace {
  sequence: number;
  streamCreated: string;
}

/** The checkpoint after `set` is applied on top of `before`. */
export function nextCheckpoint(
  before: Checkpoint | null,
  set: ChangeSet,
  place: LogPlace,
  now: number,
): Checkpoint {
  const same = before?.generation === set.generation;
  const live = set.live || (same && before.live);
  return {
    task: set.task,
    generation: set.generation,
    incarnation: set.incarnation,
    databaseId: set.databaseId,
    to: same ? Math.max(before.to, set.to) : set.to,
    live,
    script: set.script,
    witness: set.witness,
    sequence: place.sequence,
    streamCreated: place.streamCreated,
    swept: same && before.swept,
    setsApplied: (before?.setsApplied ?? 0) + 1,
    documentsPut: (before?.documentsPut ?? 0) + count(set, 'put'),
    documentsDeleted: (before?.documentsDeleted ?? 0) + count(set, 'delete'),
    readAt: set.readAt,
    appliedAt: now,
  };
}

/** The checkpoint after a set that brings nothing but the word that the copy is complete. */
export function liveCheckpoint(before: Checkpoint, place: LogPlace): Checkpoint {
  return { ...before, live: true, sequence: place.sequence, streamCreated: place.streamCreated };
}

function count(set: ChangeSet, type: 'put' | 'delete'): number {
  let n = 0;
  for (const command of set.commands) if (command.type === type) n++;
  return n;
}
