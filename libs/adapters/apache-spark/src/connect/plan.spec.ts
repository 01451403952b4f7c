import { expect, it } from '@jest/globals';
import { literal } from './plan.ts';

const { rawJSON } = JSON as unknown as { rawJSON(text: string): object };

it.each<[unknown, object]>([
  [1, { long: 1 }],
  [-0, { long: 0 }],
  [1.5, { double: 1.5 }],
  [1e21, { double: 1e21 }],
  [100_000_000_000_000_000_000, { double: 1e20 }],
  [rawJSON('1.0'), { double: 1 }],
  [rawJSON('1e3'), { double: 1_000 }],
  [rawJSON('-0.0'), { double: -0 }],
  ['1.0', { string: '1.0' }],
  [true, { boolean: true }],
  [null, { null: { null: {} } }],
  [[1, rawJSON('2.50')], { string: '[1,2.50]' }],
])('The parameter %j of a statement has the type in which it is written', (value, expected) => {
  expect(literal(value)).toEqual({ literal: expected });
});
