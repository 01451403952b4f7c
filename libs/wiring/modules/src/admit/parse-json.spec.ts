import { describe, expect, it } from '@jest/globals';
import { parseJson } from './parse-json.ts';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

describe('A body of JSON', () => {
  it('may have names of 256 letters, and no longer ones at any depth', () => {
    const name = 'x'.repeat(256);
    expect(parse(`{"a":{"${name}":1}}`)).toEqual({ a: { [name]: 1 } });
    expect(() => parse(`{"a":{"${name}x":1}}`)).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => parse(`[{"${name}x":1}]`)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not have the name %s', (name) => {
    expect(() => parse(`{"a":[{"${name}":1}]}`)).toThrow(expect.objectContaining({ status: 400 }));
  });
});
