import { describe, expect, it } from '@jest/globals';
import { collectionNameOf, Entity } from './entity.ts';

describe('the collection of an entity', () => {
  it.each([
    ['Car', 'Cars'],
    ['CarBrand', 'CarBrands'],
    ['Person', 'People'],
    ['Company', 'Companies'],
    ['Address', 'Addresses'],
    ['Cars', 'Cars'],
  ])('%s is kept in %s', (name, collection) => {
    expect(collectionNameOf(name)).toBe(collection);
  });

  it('is what the decorator says, when it says one', () => {
    @Entity({ collection: 'Staff' })
    class Employee {}
    @Entity()
    class Team {}
    expect(collectionNameOf(Employee)).toBe('Staff');
    expect(collectionNameOf(Team)).toBe('Teams');
  });
});
