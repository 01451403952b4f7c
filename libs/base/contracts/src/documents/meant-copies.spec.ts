import { describe, expect, it } from '@jest/globals';
import { ownersKey } from './meant-copies.ts';

const name = 'Fleet/HR/Cars';

describe('the key by which an owner means a copy', () => {
  it.each([
    ['its own id', 'cars/Ä', 'Fleet/cars/Ä', 'cars/Ä'],
    ['its own id, which stands under another spelling', 'cars/Ä', 'Fleet/cars/ä', 'cars/ä'],
    ['what hangs on it', 'cars/Ä/people/1', 'Fleet/cars/ä', 'cars/ä/people/1'],
    ['its id after a prefix', 'fleet-é-cars/Ä', 'Fleet/cars/ä', 'fleet-é-cars/ä'],
    ['what hangs on that', 'fleet-é-cars/Ä/people/1', 'Fleet/cars/ä', 'fleet-é-cars/ä/people/1'],
    ['the prefix as the copy has it', 'fleet-É-cars/Ä', 'Fleet/cars/ä', 'fleet-É-cars/ä'],
    ['a prefix that has the id in it, and more', 'ä1-cars/Ä', 'Fleet/cars/ä', 'ä1-cars/ä'],
    ['an id that has nothing of the source', 'people/Ä', 'Fleet/cars/ä', 'people/Ä'],
    ['what has no source', 'cars/Ä', null, 'cars/Ä'],
  ])('is %s', (_title, id, copyOf, key) => {
    expect(ownersKey('sqlite', name, { id, copyOf })).toBe(key);
  });
});
