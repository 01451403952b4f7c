import { expect, it } from '@jest/globals';
import { printable } from './printable.ts';

it.each([
  ['moved\r\n[Nest] 1 - ERROR all is lost', String.raw`moved\r\n[Nest] 1 - ERROR all is lost`],
  ['\u001b[2Jgone', String.raw`\x1b[2Jgone`],
  ['a\u202eb\u2028c\u009bd\u0000', String.raw`a\u202eb\u2028c\x9bd\x00`],
  ['Grüße, 日本 😀', 'Grüße, 日本 😀'],
])('keeps %j on one line and harmless to a terminal', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
