import { expect, it } from '@jest/globals';
import { toStored } from './to-stored.ts';

it('spells names as a store does, inside objects and lists too, and leaves those that are spelled so', () => {
  const at = new Date('2026-01-02T03:04:05.006Z');
  expect(toStored({ sku: 'A', Amount: 3, at, lines: [{ price: '1.10' }], buyer: { name: null } })).toEqual({
    Sku: 'A',
    Amount: 3,
    At: at.toISOString(),
    Lines: [{ Price: '1.10' }],
    Buyer: { Name: null },
  });
});
