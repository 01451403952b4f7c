import { describe, expect, it } from '@jest/globals';
import { generateScript, isPlainField } from './generate-script.ts';

describe('the script that fields stand for', () => {
  it('copies each field under its own name into the same collection', () => {
    expect(generateScript('Cars', ['LicensePlate', 'Model'])).toBe(
      'loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model });',
    );
  });

  it('is only made of fields with plain names', () => {
    expect(['Model', '_x', '$y'].every(isPlainField)).toBe(true);
    expect(['', 'a.b', '@metadata', 'a b', '__proto__', 'x: 1, y', 5, null].some(isPlainField)).toBe(false);
  });
});
