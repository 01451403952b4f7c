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

  it.each<[string, Uint8Array]>([
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['text that is not JSON', Buffer.from('{"a":')],
    ['nothing at all', Buffer.from('')],
    ['33 lists in each other', Buffer.from(`${'['.repeat(33)}${']'.repeat(33)}`)],
    ['brackets alone', Buffer.from('['.repeat(100_000))],
  ])('is not %s', (_, body) => {
    expect(() => parseJson(body)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('may be nested 32 deep, and have any number of brackets in its texts', () => {
    const text = JSON.stringify('[{\\"'.repeat(100));
    expect(parse(`${'['.repeat(32)}${text}${']'.repeat(32)}`)).toBeDefined();
    expect([parse('null'), parse('5'), parse('{"a":null}')]).toEqual([null, 5, { a: null }]);
  });

  it('is refused with a pointer to the name, whatever precedes it', () => {
    const errors = [expect.objectContaining({ pointer: '/a~1b/~0/constructor' })];
    expect(() => parse('{"a/b":{"~":{"constructor":1}}}')).toThrow(expect.objectContaining({ errors }));
  });
});
