import { describe, expect, it } from '@jest/globals';
import { checkTogether } from './check-together.ts';
import type { Declaration } from './declarations.ts';

describe('declarations together', () => {
  it('may take one collection of two owners, or two of one', () => {
    expect(
      checkTogether([declare('Fleet', 'Cars'), declare('Sales', 'Cars'), declare('Fleet', 'Brands')]),
    ).toEqual([]);
  });

  it('need names of their own on one collection, whatever the case', () => {
    expect(checkTogether([declare('Fleet', 'Cars'), declare('fleet', 'cars')])).toMatchObject([
      { field: 'name' },
    ]);
  });

  it('are at most twenty for one owner', () => {
    const many = Array.from({ length: 21 }, (_, n) => declare('Fleet', `C${n}`));
    expect(checkTogether(many.slice(1))).toEqual([]);
    expect(checkTogether(many)).toMatchObject([
      { field: 'sourceModule', problem: '21 declarations name Fleet' },
    ]);
  });
});

function declare(owner: string, name: string): Declaration {
  const task = { key: { owner, requester: 'HR', name }, collection: name, fingerprint: '' };
  return {
    target: Object,
    item: { sourceCollection: name, script: '' },
    task,
  };
}
