/** Why a unit cannot continue: it waits and retries, or an operator has to act. */
export type Obstacle = 'Waiting' | 'Faulted';

/** How far a unit has come, and its obstacle. While there is an obstacle, it is shown as the state. */
export interface Condition<P extends string> {
  readonly phase: P;
  readonly obstacle: Obstacle | null;
}

interface Move<P extends string> {
  /** The phases that each phase may change to. If a phase has none, the move cannot happen in it. */
  readonly phases: Readonly<Record<P, readonly P[]>>;
  readonly obstacle: 'stays' | 'ends' | 'begins';
}

/** The state table of a kind of unit: everything that may happen to it, and what that may lead to. */
export type Moves<P extends string, M extends string> = Readonly<Record<M, Move<P>>>;

/** What happened, with the new phase or obstacle if it changes. */
export interface Happened<P extends string, M extends string> {
  what: M;
  phase?: P;
  obstacle?: Obstacle;
}

/**
 * The condition after something happened. Pure.
 * @throws {IllegalMoveError} when the move is impossible in the current condition, or cannot lead to the new one
 */
export function move<P extends string, M extends string>(
  moves: Moves<P, M>,
  from: Condition<P>,
  { what, phase = from.phase, obstacle }: Happened<P, M>,
): Condition<P> {
  const legal = moves[what];
  const begins = legal.obstacle === 'begins';
  if (!legal.phases[from.phase].includes(phase) || begins !== (obstacle !== undefined))
    throw new IllegalMoveError(stateOf(from), what, obstacle ?? phase);
  return { phase, obstacle: begins ? (obstacle ?? null) : legal.obstacle === 'ends' ? null : from.obstacle };
}

/** The state that is shown. */
export function stateOf<P extends string>({ phase, obstacle }: Condition<P>): P | Obstacle {
  return obstacle ?? phase;
}

/** A unit reported something that its state table rules out. Its work fails with this error and resumes from what is stored. */
export class IllegalMoveError extends Error {
  constructor(from: string, what: string, to: string) {
    super(`A unit that is ${from} cannot be ${what} and then ${to}`);
    this.name = 'IllegalMoveError';
  }
}
