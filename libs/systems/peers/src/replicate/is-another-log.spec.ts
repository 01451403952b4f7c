import { describe, expect, it } from '@jest/globals';
import { isAnotherLog, type ReadPlace } from './is-another-log.ts';

const TAIL = { origin: 'abcd', sequence: 7 };
const READ: ReadPlace = { position: 9, storedAt: 1_000, tail: TAIL };
const logWith = (storedAt: number | null, tail: number) => ({
  timeOf: async () => storedAt,
  tailOf: async () => tail,
});

describe('A log that has the name and the length of the one that was read', () => {
  it.each<[string, number | null, number, ReadPlace]>([
    ['with what was read', 1_000, 7, READ],
    ['whose time is rounded in another way', 1_001, 7, READ],
    ['from which that was removed', null, 0, READ],
    ['with more of its own messages', 1_000, 8, READ],
    ['of which nothing was read', 5, 0, { position: 0, storedAt: null, tail: null }],
    ['read by an earlier version', 5, 7, { ...READ, storedAt: null }],
  ])('is that one %s', async (_, storedAt, tail, read) => {
    expect(await isAnotherLog(logWith(storedAt, tail), read)).toBe(false);
  });

  it.each<[string, number | null, number]>([
    ['with something else in its place', 5_000, 7],
    ['that lacks the last own messages', null, 6],
  ])('is another one %s', async (_, storedAt, tail) => {
    expect(await isAnotherLog(logWith(storedAt, tail), READ)).toBe(true);
  });
});
