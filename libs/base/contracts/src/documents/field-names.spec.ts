import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromStoredFields, toStoredFields } from './field-names.ts';

describe('field names', () => {
  it('are PascalCase in RavenDB and camelCase here, nested ones too', () => {
    const local = { licensePlate: 'A', owner: { firstName: 'B', phones: [{ homeNumber: 1 }] } };
    const stored = { LicensePlate: 'A', Owner: { FirstName: 'B', Phones: [{ HomeNumber: 1 }] } };
    expect(toStoredFields(local)).toEqual(stored);
    expect(fromStoredFields(stored)).toEqual(local);
  });

  it('come back unchanged, all of them, and never collide', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(fromStoredFields(JSON.parse(JSON.stringify(toStoredFields(value))))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
    expect(Object.keys(toStoredFields({ cars: 1, Cars: 2, $Cars: 3 }) as object)).toHaveLength(3);
  });

  it('may be that of the prototype, which stays what it is', () => {
    const value = JSON.parse('{"__proto__":{"admin":true},"a":1}') as object;
    const stored = toStoredFields(value) as object;
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
    expect(JSON.stringify(stored)).toBe('{"__proto__":{"Admin":true},"A":1}');
  });

  it('leave what is not a plain object to JSON', () => {
    const date = new Date(0);
    expect(toStoredFields({ at: date })).toEqual({ At: date });
  });
});
