import type { TaskState } from '@nestjs-spark/contracts';
import type { Condition, Moves, Obstacle } from '@nestjs-spark/runtime/internal';

/** How far a task has come, regardless of whether it can continue. */
export type Phase = Exclude<TaskState, Obstacle>;

const STAYS = { Starting: ['Starting'], Snapshotting: ['Snapshotting'], Streaming: ['Streaming'] } as const;
const READ = ['Snapshotting', 'Streaming'] as const;
const BEGUN = { Starting: READ, Snapshotting: READ, Streaming: READ } as const;
const GOES_ON = { Starting: [], Snapshotting: READ, Streaming: ['Streaming'] } as const;

/**
 * The owner's side.
 * `resumed`: it is decided where to continue; only subsequent success ends an obstacle. `published`: a page is in the log.
 * `passed`: everything handed to the log is in it, and what follows does not concern the task.
 */
export const CAPTURE_MOVES = {
  resumed: { phases: BEGUN, obstacle: 'stays' },
  published: { phases: GOES_ON, obstacle: 'ends' },
  passed: { phases: { ...STAYS, Starting: [] }, obstacle: 'ends' },
  stopped: { phases: STAYS, obstacle: 'begins' },
} as const satisfies Moves<Phase, string>;

/**
 * The requester's side.
 * `seen`: the state of the database, which others write and restore, so it may be anything. `begun`: the first set of a
 * generation is applied. `applied`: a further set of it. `read`: the log is read and there is nothing to apply.
 */
export const APPLY_MOVES = {
  seen: {
    phases: {
      Starting: ['Starting', ...READ],
      Snapshotting: ['Starting', ...READ],
      Streaming: ['Starting', ...READ],
    },
    obstacle: 'stays',
  },
  begun: { phases: BEGUN, obstacle: 'ends' },
  applied: { phases: GOES_ON, obstacle: 'ends' },
  read: { phases: STAYS, obstacle: 'ends' },
  stopped: { phases: STAYS, obstacle: 'begins' },
} as const satisfies Moves<Phase, string>;

export const STARTING: Condition<Phase> = { phase: 'Starting', obstacle: null };

/** The phase implied by what is read or applied. */
export function phaseOf({ live }: { live: boolean }): Phase {
  return live ? 'Streaming' : 'Snapshotting';
}
