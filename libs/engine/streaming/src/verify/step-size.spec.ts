import { describe, expect, it } from '@jest/globals';
import { StepSize } from './step-size.ts';

const QUICK = 1;
const SLOW = 1_000;

describe('The documents over which a script is run together', () => {
  it('increase while that is fast, up to a limit, and decrease when it is slow, but not below the initial number', () => {
    const size = new StepSize(5_000);
    const first = size.documents;
    size.took(QUICK, size.documents, size.documents);
    expect(size.documents).toBe(first * 2);
    for (let step = 0; step < 20; step++) size.took(QUICK, size.documents, size.documents);
    const most = size.documents;
    expect(most).toBeLessThan(5_000);
    size.took(SLOW, size.documents, size.documents);
    expect(size.documents).toBe(most / 2);
    for (let step = 0; step < 20; step++) size.took(SLOW, size.documents, size.documents);
    expect(size.documents).toBe(first);
  });

  it.each([1, 4, 600, 20_000])('make about as many copies as are wanted if each has %d', (each) => {
    const size = new StepSize(5_000);
    for (let step = 0; step < 20; step++) size.took(QUICK, size.documents, size.documents * each);
    expect((size.documents - 1) * each).toBeLessThanOrEqual(5_000);
    expect(size.documents).toBeGreaterThan(0);
  });
});
