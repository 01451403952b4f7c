import { expect, it } from '@jest/globals';
import { counted } from './counted.ts';

it.each([
  [0, '0 attempts'],
  [1, '1 attempt'],
  [2, '2 attempts'],
])('%i is counted as a reader expects', (count, text) => {
  expect(counted(count, 'attempt')).toBe(text);
});
