import type { TaskState } from '@nestjs-spark/contracts';

/** How far a task has come, whether it can go on or not. */
export type Phase = Extract<TaskState, 'Starting' | 'Snapshotting' | 'Streaming'>;

/** What keeps it from going on. */
export type Obstacle = Extract<TaskState, 'Waiting' | 'Faulted'>;

/** Both together; the state that is shown is the obstacle, where there is one. */
export interface Condition {
  readonly phase: Phase;
  readonly obstacle: Obstacle | null;
}

interface Move {
  /** The phases that each phase may change to. Where a phase has none, this cannot happen in it. */
  readonly phases: Readonly<Record<Phase, readonly Phase[]>>;
  readonly obstacle: 'stays' | 'ends' | 'begins';
}

export type Moves<M extends string> = Readonly<Record<M, Move>>;

const STAYS = { Starting: ['Starting'], Snapshotting: ['Snapshotting'], Streaming: ['Streaming'] } as const;
const READ = ['Snapshotting', 'Streaming'] as const;
const BEGUN = { Starting: READ, Snapshotting: READ, Streaming: READ } as const;
const GOES_ON = { Starting: [], Snapshotting: READ, Streaming: ['Streaming'] } as const;

/**
 * The owner's side.
 * `resumed`: it is decided where to go on; only what gets through then ends an obstacle. `published`: a page is in the log.
 * `passed`: everything that was handed to the log is in it, and what follows concerns nobody.
 */
export const CAPTURE_MOVES = {
  resumed: { phases: BEGUN, obstacle: 'stays' },
  published: { phases: GOES_ON, obstacle: 'ends' },
  passed: { phases: { ...STAYS, Starting: [] }, obstacle: 'ends' },
  stopped: { phases: STAYS, obstacle: 'begins' },
} as const satisfies Moves<string>;

/**
 * The requester's side.
 * `seen`: this is what the database says, which others write and restore, so it may be anything. `begun`: the first set of a
 * generation is applied. `applied`: one more of the same. `read`: the log is read and brings nothing to apply.
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
} as const satisfies Moves<string>;

export const STARTING: Condition = { phase: 'Starting', obstacle: null };

/** What happened, and what it leads to where that is not what was before. */
export interface Happened<M extends string> {
  what: M;
  phase?: Phase;
  obstacle?: Obstacle;
}

/**
 * The condition after something happened. Pure.
 * @throws {IllegalMoveError} when this cannot happen in the condition before, or cannot lead there
 */
export function move<M extends string>(
  moves: Moves<M>,
  from: Condition,
  { what, phase = from.phase, obstacle }: Happened<M>,
): Condition {
  const legal = moves[what];
  const begins = legal.obstacle === 'begins';
  if (!legal.phases[from.phase].includes(phase) || begins !== (obstacle !== undefined))
    throw new IllegalMoveError(from, { what, phase, ...(obstacle && { obstacle }) });
  return { phase, obstacle: begins ? (obstacle ?? null) : legal.obstacle === 'ends' ? null : from.obstacle };
}

export function stateOf({ phase, obstacle }: Condition): TaskState {
  return obstacle ?? phase;
}

/** The phase of what is read or applied. */
export function phaseOf({ live }: { live: boolean }): Phase {
  return live ? 'Streaming' : 'Snapshotting';
}

/** A side has told of something that cannot be. Its work fails with this, and everything is looked at again. */
export class IllegalMoveError extends Error {
  constructor(from: Condition, { what, phase, obstacle }: Happened<string>) {
    super(`A task that is ${stateOf(from)} cannot be ${what} and then ${obstacle ?? phase ?? from.phase}`);
    this.name = 'IllegalMoveError';
  }
}
