import { describe, expect, it } from '@jest/globals';
import { Shares } from './shares.ts';

describe('shares', () => {
  const shares = new Shares([
    { collection: 'Cars', with: ['HR', 'Sales'] },
    { collection: 'CarBrands', with: ['*'] },
    { collection: 'cars', with: ['hr'] },
  ]);

  it('give a module what names it, without regard to case, each collection once', () => {
    expect(
      shares
        .collectionsFor('hr')
        .map((one) => one.toLowerCase())
        .toSorted(),
    ).toEqual(['carbrands', 'cars']);
    expect(shares.isShared('CARS', 'sales')).toBe(true);
  });

  it('give everyone what is shared with *', () => {
    expect(shares.collectionsFor('Stranger')).toEqual(['CarBrands']);
  });

  it('give nothing that was not declared', () => {
    expect(shares.isShared('Cars', 'Stranger')).toBe(false);
    expect(shares.isShared('People', 'HR')).toBe(false);
    expect(new Shares([]).isShared('Cars', 'HR')).toBe(false);
  });

  it('do not take a module called * for everyone', () => {
    expect(new Shares([{ collection: 'Cars', with: ['HR'] }]).isShared('Cars', '*')).toBe(false);
  });
});
