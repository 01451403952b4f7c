import { expect, it } from '@jest/globals';
import { Carrier, CARRIER_PATIENCE, type CarriedBy } from './carrier.ts';

/** What an instance sees of a unit: `h` a carrier's report on the board, a number so many seconds without one. */
type Seen = ('h' | number)[];

const PATIENCE = CARRIER_PATIENCE;

it.each<[string, Seen, boolean, CarriedBy]>([
  ['it has just begun', [], false, 'unknown'],
  ['it has begun, and hears nothing yet', [PATIENCE - 1], false, 'unknown'],
  ['it never hears anything', [PATIENCE], false, 'nobody'],
  ['it has heard another one', ['h'], false, 'another-instance'],
  ['the other one is late', ['h', PATIENCE - 1], false, 'another-instance'],
  ['the other one is gone', ['h', PATIENCE], false, 'nobody'],
  ['the other one was gone, and is back', ['h', 60, 'h'], false, 'another-instance'],
  ['one after the other carries it', ['h', 5, 'h', 5, 'h', 5], false, 'another-instance'],
  ['it holds the lease, and nothing of it is on the board yet', [PATIENCE - 1], true, 'this-instance'],
  ['it holds the lease, and the board takes it', ['h', 3, 'h', 3], true, 'this-instance'],
  ['it holds the lease, and the board takes nothing', ['h', PATIENCE], true, 'nobody'],
  ['it holds the lease, and the board takes it again', ['h', 40, 'h'], true, 'this-instance'],
  ['it has slept for an hour, in which no second passed for it', ['h', 2], false, 'another-instance'],
])('Who carries a unit, as an instance knows it when %s', (_what, seen, active, by) => {
  const carrier = new Carrier();
  for (const one of seen) {
    if (one === 'h') carrier.heard();
    else for (let n = 0; n < one; n++) carrier.tick();
  }
  expect(carrier.by(active)).toBe(by);
  expect(carrier.missingFor === null).toBe(by !== 'nobody');
});
