import { describe, expect, it } from '@jest/globals';
import { isWrittenExactly, lossyNumberIn, parseExactly, writtenExactly } from './json.ts';

describe('A number in JSON', () => {
  it.each(['9007199254740993', '123456789012345678901', '1e400', '-1E400', '1e-400', '[{"a":[1e309]}]'])(
    'is lossy when JavaScript turns it into a different one: %s',
    (text) => expect(lossyNumberIn(text)).toBe(text.replace(/[^\d.eE-]/g, '')),
  );

  it.each([
    '9007199254740992',
    '100000000000000000000',
    '1.0',
    '1.10',
    '-0',
    '0e999',
    '1e300',
    '0.1000000000000000055',
    '"9007199254740993 1e400"',
    '{"1e400":9}',
  ])('is not lossy when it is the same in JavaScript, or a text: %s', (text) =>
    expect(lossyNumberIn(text)).toBeNull(),
  );
});

describe('An object', () => {
  it('is written as it was read, and held as JavaScript holds it', () => {
    const text = '{"a":1.0,"toJSON":-0,"b":{"c":[1e400]},"__proto__":2.50}';
    const held = writtenExactly(parseExactly(text) as object);
    expect(JSON.stringify({ held })).toBe(`{"held":${text}}`);
    expect(held).toMatchObject({ a: 1, b: { c: [Infinity] } });
    expect([isWrittenExactly(held), isWrittenExactly({ a: 1, toJSON: 2 })]).toEqual([true, false]);
  });

  it('stays itself when JavaScript writes it as it was read', () => {
    expect(isWrittenExactly(writtenExactly(parseExactly('{"a":1.5,"b":"1.0"}') as object))).toBe(false);
  });
});
