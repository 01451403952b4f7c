import { expect, it } from '@jest/globals';
import { Carrier, CARRIER_PATIENCE, type CarriedBy } from './carrier.ts';

/** What an instance sees of a unit: `h` is a carrier's report on the board, a number is that many seconds without one. */
type Seen = ('h' | number)[];

const PATIENCE = CARRIER_PATIENCE;

it.each<[string, Seen, boolean, CarriedBy]>([
  ['it has just begun', [], false, 'unknown'],
  ['it has begun, and has heard nothing yet', [PATIENCE - 1], false, 'unknown'],
  ['it never hears anything', [PATIENCE], false, 'nobody'],
  ['it has heard from another one', ['h'], false, 'another-instance'],
  ['the other one is late', ['h', PATIENCE - 1], false, 'another-instance'],
  ['the other one is gone', ['h', PATIENCE], false, 'nobody'],
  ['the other one was gone, and is back', ['h', 60, 'h'], false, 'another-instance'],
  ['one after the other carries it', ['h', 5, 'h', 5, 'h', 5], false, 'another-instance'],
  ['it holds the lease, and has no report on the board yet', [PATIENCE - 1], true, 'this-instance'],
  ['it holds the lease, and the board accepts its reports', ['h', 3, 'h', 3], true, 'this-instance'],
  ['it holds the lease, and the board accepts nothing', ['h', PATIENCE], true, 'nobody'],
  ['it holds the lease, and the board accepts its reports again', ['h', 40, 'h'], true, 'this-instance'],
  ['it was suspended for an hour that it did not notice', ['h', 2], false, 'another-instance'],
])('Who carries a unit, as far as an instance knows, when %s', (_what, seen, active, by) => {
  const carrier = new Carrier();
  for (const one of seen) {
    if (one === 'h') carrier.heard();
    else for (let n = 0; n < one; n++) carrier.tick();
  }
  expect(carrier.by(active)).toBe(by);
  expect(carrier.missingFor === null).toBe(by !== 'nobody');
});
