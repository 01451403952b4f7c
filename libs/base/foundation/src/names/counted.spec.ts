import { expect, it } from '@jest/globals';
import { counted } from './counted.ts';

it.each([
  [0, 'attempt', '0 attempts'],
  [1, 'attempt', '1 attempt'],
  [2, 'attempt', '2 attempts'],
  [11, 'attempt', '11 attempts'],
  [21, 'attempt', '21 attempts'],
  [101, 'attempt', '101 attempts'],
  [1_000_001, 'document', '1000001 documents'],
  [1, 'dead letter', '1 dead letter'],
  [0, 'dead letter', '0 dead letters'],
  [1.5, 'second', '1.5 seconds'],
  [-1, 'change', '-1 changes'],
])('%d of the word %s is counted as a reader expects', (count, word, text) => {
  expect(counted(count, word)).toBe(text);
});
