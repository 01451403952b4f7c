import { expect, it } from '@jest/globals';
import { toPlain } from './to-plain.ts';

it.each([
  [[1], 'an Array'],
  [null as unknown as object, 'null'],
  [undefined as unknown as object, 'undefined'],
  ['x' as unknown as object, 'a string'],
  [Object.assign(() => undefined, { toJSON: () => 5 }), 'a number'],
])('An entity that is not an object is refused with what it is: %p', (entity, kind) => {
  expect(() => toPlain(entity, Object.prototype)).toThrow(
    `The entity cannot be stored: it is ${kind} and not an object with fields. Give an object`,
  );
});
