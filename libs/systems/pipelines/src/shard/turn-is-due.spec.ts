import { describe, expect, it } from '@jest/globals';
import { turnIsDue } from './turn-is-due.ts';

const TTL_MS = 3_000;
const at = (ms: number, ...live: string[]) => ({ at: ms, live });

describe('The shards are looked at', () => {
  it('at once when a node is no longer there, or a new one is', () => {
    const last = at(0, 'a', 'b', 'c');
    expect(turnIsDue(last, at(1, 'a', 'c'), TTL_MS)).toBe(true);
    expect(turnIsDue(last, at(1, 'a', 'b', 'd'), TTL_MS)).toBe(true);
    expect(turnIsDue(last, at(1, 'a', 'b', 'c', 'd'), TTL_MS)).toBe(true);
  });

  it('else three times in a TTL, however often the nodes are asked for', () => {
    const last = at(0, 'a', 'b');
    expect(turnIsDue(null, at(0, 'a'), TTL_MS)).toBe(true);
    expect(turnIsDue(last, at(999, 'b', 'a'), TTL_MS)).toBe(false);
    expect(turnIsDue(last, at(1_000, 'a', 'b'), TTL_MS)).toBe(true);
  });
});
