import { taskName, type ChangeSet } from '@nestjs-spark/contracts';
import { UNNAMED_RULE, type Checkpoint } from '@nestjs-spark/contracts/internal';

export interface LogPlace {
  sequence: number;
  streamCreated: string;
}

/** The checkpoint after `set` is applied on top of `before`, without the copies that only the target finds to remove. */
export function nextCheckpoint(
  before: Checkpoint | null,
  set: ChangeSet,
  place: LogPlace,
  { now, signed }: { now: number; signed: boolean },
): Checkpoint {
  const same = before?.generation === set.generation;
  const live = set.live || (same && before.live);
  return {
    name: taskName(set.task),
    generation: set.generation,
    incarnation: set.incarnation,
    databaseId: set.databaseId,
    ids: set.ids ?? UNNAMED_RULE,
    beyondAscii: (same && before.beyondAscii === true) || hasIdBeyondAscii(set),
    foundByRule: same ? before.foundByRule === true : true,
    to: same ? Math.max(before.to, set.to) : set.to,
    live,
    script: set.script,
    witness: set.witness,
    ...((signed || before?.signed) && { signed: true }),
    sequence: place.sequence,
    streamCreated: place.streamCreated,
    swept: same && before.swept,
    setsApplied: (before?.setsApplied ?? 0) + 1,
    documentsPut: (before?.documentsPut ?? 0) + countPuts(set),
    documentsDeleted: before?.documentsDeleted ?? 0,
    readAt: set.readAt,
    appliedAt: now,
  };
}

/** The checkpoint after a set that only reports that the copy is complete. */
export function liveCheckpoint(before: Checkpoint, place: LogPlace): Checkpoint {
  return { ...before, live: true, sequence: place.sequence, streamCreated: place.streamCreated };
}

function countPuts(set: ChangeSet): number {
  let n = 0;
  for (const command of set.commands) if (command.type === 'put') n++;
  return n;
}

function hasIdBeyondAscii(set: ChangeSet): boolean {
  return set.commands.some((command) => command.type === 'put' && /[^\0-\x7f]/.test(command.id));
}
