import { describe, expect, it } from '@jest/globals';
import {
  IllegalMoveError,
  move,
  stateOf,
  type Condition,
  type Happened,
  type Moves,
} from '@nestjs-spark/runtime/internal';
import { APPLY_MOVES, CAPTURE_MOVES, STARTING, type Phase } from './moves.ts';

const PHASES: Phase[] = ['Starting', 'Snapshotting', 'Streaming'];

/** `from > to` for each pair of phases that one thing may lead between. */
function legal<M extends string>(moves: Moves<Phase, M>, what: M): string[] {
  const happened: Pick<Happened<Phase, M>, 'what' | 'obstacle'> = moves[what].obstacle === 'begins'
    ? { what, obstacle: 'Waiting' }
    : { what };
  return PHASES.flatMap((from) =>
    PHASES.flatMap((phase) => {
      try {
        move(moves, { phase: from, obstacle: null }, { ...happened, phase });
        return [`${from} > ${phase}`];
      } catch (error) {
        expect(error).toBeInstanceOf(IllegalMoveError);
        return [];
      }
    }),
  );
}

const ANY = PHASES.flatMap((from) => PHASES.map((to) => `${from} > ${to}`));
const SAME = PHASES.map((phase) => `${phase} > ${phase}`);
const BEGUN = ANY.filter((pair) => !pair.endsWith('> Starting'));
const GOES_ON = ['Snapshotting > Snapshotting', 'Snapshotting > Streaming', 'Streaming > Streaming'];

describe('what may happen to a task, and where it leads', () => {
  it.each<[keyof typeof CAPTURE_MOVES, string[]]>([
    ['resumed', BEGUN],
    ['published', GOES_ON],
    ['passed', SAME.slice(1)],
    ['stopped', SAME],
  ])('at the owner: %s', (what, pairs) => {
    expect(legal(CAPTURE_MOVES, what)).toEqual(pairs);
  });

  it.each<[keyof typeof APPLY_MOVES, string[]]>([
    ['seen', ANY],
    ['begun', BEGUN],
    ['applied', GOES_ON],
    ['read', SAME],
    ['stopped', SAME],
  ])('at the requester: %s', (what, pairs) => {
    expect(legal(APPLY_MOVES, what)).toEqual(pairs);
  });

  it('an obstacle is shown until something gets through', () => {
    const streaming: Condition<Phase> = { phase: 'Streaming', obstacle: null };
    const stopped = move(CAPTURE_MOVES, streaming, { what: 'stopped', obstacle: 'Faulted' });
    expect(stateOf(stopped)).toBe('Faulted');
    const resumed = move(CAPTURE_MOVES, stopped, { what: 'resumed', phase: 'Snapshotting' });
    expect(stateOf(resumed)).toBe('Faulted');
    expect(stateOf(move(CAPTURE_MOVES, resumed, { what: 'published', phase: 'Streaming' }))).toBe(
      'Streaming',
    );
  });

  it('an obstacle begins with what stops a task, and with nothing else', () => {
    expect(() => move(APPLY_MOVES, STARTING, { what: 'stopped' })).toThrow(IllegalMoveError);
    expect(() => move(APPLY_MOVES, STARTING, { what: 'read', obstacle: 'Waiting' })).toThrow(
      IllegalMoveError,
    );
  });

  it('a refused move is told in words', () => {
    expect(() => move(CAPTURE_MOVES, STARTING, { what: 'published', phase: 'Streaming' })).toThrow(
      'A unit that is Starting cannot be published and then Streaming',
    );
  });
});
