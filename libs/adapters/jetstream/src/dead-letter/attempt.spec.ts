import { describe, expect, it } from '@jest/globals';
import { describeAttempt, readAttempts } from './attempt.ts';

const ATTEMPT = { number: 1, at: '2026-01-01T00:00:00Z', error: 'down' };

describe('The failed attempts of a message', () => {
  it('are read as they were written', () => {
    expect(readAttempts(JSON.stringify([ATTEMPT, { ...ATTEMPT, number: 2 }]))).toHaveLength(2);
  });

  it.each([
    '',
    '[',
    'null',
    '{}',
    '[1]',
    JSON.stringify([{ ...ATTEMPT, number: -1 }]),
    JSON.stringify([{ ...ATTEMPT, error: { stack: 'x' } }]),
    JSON.stringify([{ ...ATTEMPT, at: 5 }]),
    JSON.stringify(Array.from({ length: 1_001 }, () => ATTEMPT)),
  ])('are none when others have written %.40s', (text) => {
    expect(readAttempts(text)).toEqual([]);
  });

  it('have errors of bounded length', () => {
    expect(describeAttempt(new Error('x'.repeat(5_000)))).toHaveLength(1_000);
  });
});
