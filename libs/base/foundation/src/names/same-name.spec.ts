import { expect, it } from '@jest/globals';
import { nameKey, sameName } from './same-name.ts';

it('tells names apart without case, and keys them so that a map does the same', () => {
  expect(sameName('Fleet', 'FLEET')).toBe(true);
  expect(sameName('Fleet', 'Fleets')).toBe(false);
  expect(new Map([[nameKey('Cars'), 1]]).get(nameKey('cARS'))).toBe(1);
});
