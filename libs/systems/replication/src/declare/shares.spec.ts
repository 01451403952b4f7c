import { describe, expect, it } from '@jest/globals';
import { Shares } from './shares.ts';

describe('shares', () => {
  const shares = new Shares([
    { collection: 'Cars', with: ['HR', 'Sales'] },
    { collection: 'CarBrands', with: ['*'] },
    { collection: 'cars', with: ['hr'] },
  ]);

  it('give a module what names it, without regard to case, each collection once', () => {
    const loadable = shares.permission('Cars', 'hr')?.loadable ?? [];
    expect(loadable.map(({ collection }) => collection.toLowerCase()).toSorted()).toEqual([
      'carbrands',
      'cars',
    ]);
    expect(shares.isShared('CARS', 'sales')).toBe(true);
  });

  it('give everyone what is shared with *', () => {
    expect(shares.permission('CarBrands', 'Stranger')?.loadable).toEqual([{ collection: 'CarBrands' }]);
  });

  it('give nothing that was not declared', () => {
    expect(shares.isShared('Cars', 'Stranger')).toBe(false);
    expect(shares.isShared('People', 'HR')).toBe(false);
    expect(new Shares([]).isShared('Cars', 'HR')).toBe(false);
  });

  it('bound the fields and what may be loaded; several shares of one collection add up', () => {
    const bounded = new Shares([
      { collection: 'Cars', with: ['HR', 'Sales'], fields: ['Model'], load: [] },
      { collection: 'cars', with: ['HR'], fields: ['Year'], load: ['carbrands'] },
      { collection: 'Cars', with: ['Audit'] },
      { collection: 'CarBrands', with: ['*'], fields: ['Name'] },
    ]);
    expect(bounded.permission('Cars', 'HR')).toEqual({
      own: { collection: 'Cars', fields: ['Model', 'Year'] },
      loadable: [{ collection: 'CarBrands', fields: ['Name'] }],
    });
    expect(bounded.permission('Cars', 'Sales')).toMatchObject({ own: { fields: ['Model'] }, loadable: [] });
    expect(bounded.permission('Cars', 'Audit')?.own).toEqual({ collection: 'Cars' });
    expect(bounded.permission('People', 'HR')).toBeNull();
  });

  it('have other bounds when fields or what may be loaded change, and none when nothing is bounded', () => {
    const of = (share: object, brand: object = {}) =>
      new Shares([
        { collection: 'Cars', with: ['HR'], ...share },
        { collection: 'CarBrands', with: ['HR'], ...brand },
      ]).bounds('Cars', 'HR');
    expect(of({})).toBeUndefined();
    const all = [
      of({ fields: ['A'] }),
      of({ fields: ['A', 'B'] }),
      of({ load: [] }),
      of({ load: ['Cars'] }),
      of({}, { fields: ['Name'] }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(of({ fields: ['B', 'A'] })).toBe(of({ fields: ['A', 'B'] }));
  });

  it('do not take a module called * for everyone', () => {
    expect(new Shares([{ collection: 'Cars', with: ['HR'] }]).isShared('Cars', '*')).toBe(false);
  });
});
