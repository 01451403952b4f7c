import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';

describe('the canonical form of JSON', () => {
  it.each([
    ['the order of names', '{"a":1,"b":[2]}', '{ "b" : [ 2 ], "a" : 1 }'],
    ['how a number is written', '[1.10, 100, -0, 11e-1]', '[1.1, 1E2, 0, 1.1]'],
    ['escapes', '{"\\u0061":"\\/\\u00e9"}', '{"a":"/é"}'],
    ['half of a surrogate pair', '"\\ud800"', '"\ufffd"'],
  ])('does not depend on %s', (_what, one, other) => {
    expect(canonicalJson(one)).toBe(canonicalJson(other));
  });

  it.each([
    ['2^53 and 2^53+1', '9007199254740992', '9007199254740993'],
    ['a number and its text', '1', '"1"'],
    ['null and nothing', '{"a":null}', '{}'],
    ['the order of items', '[1,2]', '[2,1]'],
    ['a number and its negative', '1e-7', '-1e-7'],
    ['names and values', '{"a":"b"}', '{"b":"a"}'],
    ['a name that JavaScript gives a meaning', '{"__proto__":{"a":1}}', '{}'],
    ['text that looks like the canonical form of a number', '["1e0"]', '[1]'],
  ])('tells %s apart', (_what, one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other));
  });
});
