import { describe, expect, it } from '@jest/globals';
import { Reach } from './reach.ts';

describe('What goes to a worker at once', () => {
  it('is everything until a turn ends early', () => {
    const reach = new Reach();
    reach.came(1_024, 1_024);
    expect(reach.documents).toBe(Infinity);
  });

  it('is twice what the last turn reached, and never nothing', () => {
    const reach = new Reach();
    reach.came(3, 1_024);
    expect(reach.documents).toBe(6);
    reach.came(0, 6);
    expect(reach.documents).toBe(1);
  });

  it('grows while turns reach everything that they have', () => {
    const reach = new Reach();
    reach.came(1, 1_024);
    reach.came(2, 2);
    reach.came(4, 4);
    expect(reach.documents).toBe(8);
  });
});
