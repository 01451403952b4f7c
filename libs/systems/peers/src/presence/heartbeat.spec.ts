import { describe, expect, it } from '@jest/globals';
import { readHeartbeat, type Heartbeat } from './heartbeat.ts';

const POLICY = { policy: 'last-writer-wins', version: null, fingerprint: null };
const HEARTBEAT: Heartbeat = {
  node: 'a',
  origin: 'abcd',
  state: 'ready',
  position: 5,
  clockOffsetMs: -3,
  at: 1,
  policies: { Notes: POLICY, Boards: { policy: 'custom', version: 2, fingerprint: 'x' } },
};
const read = (change: object) => readHeartbeat(JSON.stringify({ ...HEARTBEAT, ...change }));

describe('What a node says of itself', () => {
  it('is read as it was written', () => {
    expect(read({})).toEqual(HEARTBEAT);
  });

  it.each<[string, object]>([
    ['without a name', { node: 5 }],
    ['with a longer name than a node has', { node: 'x'.repeat(64) }],
    ['with a position in words', { position: '5' }],
    ['with a time that is not exact', { at: 2 ** 60 }],
    ['with a time that no calendar has', { at: 9e15 }],
    ['without policies', { policies: null }],
    ['with a list of policies', { policies: [] }],
    ['with a policy that is none', { policies: { Notes: null } }],
    ['with a policy of another form', { policies: { Notes: { ...POLICY, policy: {} } } }],
    [
      'with more policies than there are collections',
      { policies: Object.fromEntries([...Array(1_001).keys()].map((n) => [n, POLICY])) },
    ],
    ['of any length', { more: 'x'.repeat(100_000) }],
  ])('is ignored %s', (_, change) => {
    expect(read(change)).toBeNull();
  });

  it.each(['', '{', 'null', '[]', '5'])('is ignored as %j', (text) => {
    expect(readHeartbeat(text)).toBeNull();
  });
});
