import { describe, expect, it } from '@jest/globals';
import { judgeFields } from './unshared-fields.ts';

describe('the fields that a script names', () => {
  it('are told apart by what is shared with its module', () => {
    expect(judgeFields(['Model', 'Price', 'Address'], { fields: ['Model', 'Address.City'] }, 'HR')).toEqual({
      readable: ['Model', 'Address'],
      warnings: ['`Price` is not shared with HR: its scripts never see it'],
    });
  });

  it.each([
    [['Price'], undefined],
    [null, ['Model']],
    [['@metadata', 'toString'], ['Model']],
  ])('are not spoken of where nothing is bounded, or nobody can tell: %j of %j', (fields, shared) => {
    const judged = judgeFields(fields, shared ? { fields: shared } : {}, 'HR');
    expect(judged).toEqual({ readable: fields, warnings: [] });
  });
});
