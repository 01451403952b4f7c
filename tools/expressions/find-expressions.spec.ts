import { expect, it } from '@jest/globals';
import { check } from 'recheck';
import { findExpressions } from './find-expressions.ts';

it('finds literals and written-out constructors that repeat something, with their lines', () => {
  const source = String.raw`const one = /a+/u; // ä
    class Two { readonly two = new RegExp('b*', 'g'); three = /c/; }
    export const four: number = 'x'.search(/\d{2,}$/);`;
  expect(findExpressions(source)).toEqual([
    { line: 1, pattern: 'a+', flags: 'u' },
    { line: 2, pattern: 'b*', flags: 'g' },
    { line: 3, pattern: String.raw`\d{2,}$`, flags: '' },
  ]);
});

it.each([
  [String.raw`[\p{L}\p{N}_$.[\]'"]+\s*$`, 'u', 'vulnerable'],
  ['(a+)+b', '', 'vulnerable'],
  ['^[a-z]+$', '', 'safe'],
])('/%s/%s is %s', async (pattern, flags, status) => {
  expect((await check(pattern, flags)).status).toBe(status);
});
