import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compileCondition,
  compileExpression,
  ExpressionRefusedError,
  NoValueError,
} from './compile-expression.ts';

const record = {
  age: 20,
  half: 0.5,
  name: 'Ada',
  none: null,
  address: { city: 'Bern' },
  tags: ['a', 'b'],
  big: '12345678901234567890',
};
const meta = { partition: 'people.ndjson', offset: 12 };

function evaluate(text: string): unknown {
  try {
    return compileExpression(text)(record, meta);
  } catch (error) {
    if (error instanceof NoValueError) return 'no value';
    throw error;
  }
}

describe('an expression', () => {
  it.each([
    ['age > 18', true],
    ['age * 2', 40],
    ['2 * age + 1', 41],
    ['age - 1 == 19', true],
    ['1 + half', 1.5],
    ['half % 2', 0.5],
    ['age / 8', 2.5],
    ['age == 20 && 20 == age', true],
    ['age in [20, 21]', true],
    ['size(tags) + 1', 3],
    ['name.startsWith("A") ? "yes" : "no"', 'yes'],
    ['{"of": name, "n": 1}', { of: 'Ada', n: 1 }],
    ['[age, 1, "x"]', [20, 1, 'x']],
    ['tags.exists(t, t == "b")', true],
    ['tags.map(t, t + name)', ['aAda', 'bAda']],
    ['meta.partition + ":" + string(meta.offset)', 'people.ndjson:12'],
    ['-age', -20],
    ['!(age > 18) || name == "Ada"', true],
    ['"a\\"b\\\\n"', 'a"b\\n'],
    ['timestamp("2020-01-01T00:00:00Z")', '2020-01-01T00:00:00.000Z'],
    ['1u + 2u', 3],
    ['age + 1u', 21],
    ['1 in {1: "a"}', true],
    ['1u in {1u: "a"}', true],
    ['true in {true: 1}', true],
    ['2 in {1: "a"}', false],
    ['{"constructor": 1, 1: "a"}[1]', 'a'],
    ['{"constructor": 1, "1": "a"}[1]', 'a'],
    ['{1: "a"}[1u] + {1u: "b"}[1.0] + {1.0: "c"}[1] + {age: "d"}[20]', 'abcd'],
    ['{1: "a", "1": "b"}[1] + {1: "a", "1": "b"}["1"]', 'ab'],
    ['{1: "a", true: 2} == {1u: "a", true: 2}', true],
    ['{1: "a", 2: "b"}.map(key, key + 1)', [2, 3]],
    ['size({1: "a", "1": "b", true: "c"})', 3],
    ['{1: "a", true: "b"}', { 1: 'a', true: 'b' }],
    ['{"toString": 1} == {"a": 1}', false],
    ['{"toString": 1} == address', false],
    ['{1: "a", "1": "b"}', 'no value'],
    ['[uint(age), 18446744073709551615u]', [20, '18446744073709551615']],
  ])('%s gives %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it('keeps every key of a map, whatever it is in JavaScript', () => {
    const text = '{"__proto__": age, "constructor": name, "prototype": 1, 5: 2}';
    const keys = ['5', '__proto__', 'constructor', 'prototype'];
    expect(Object.keys(evaluate(text) as object).toSorted()).toEqual(keys);
    expect(JSON.stringify(evaluate('{"__proto__": age}'))).toBe('{"__proto__":20}');
    expect(evaluate(`size(${text})`)).toBe(4);
    expect(evaluate('{"a": 7 / int(half)}')).toBe('no value');
  });

  it.each([
    ['odd.constructor + odd["a"]', 3],
    ['size(odd)', 3],
    ['odd.list.map(one, one.constructor)', [4]],
    ['odd == {"a": 2}', false],
    ['odd', { constructor: 1, a: 2, list: [{ constructor: 4 }] }],
  ])('reads a record in which a field is called as JavaScript calls a function: %s', (text, expected) => {
    const odd = { constructor: 1, a: 2, list: [{ constructor: 4 }] };
    expect(compileExpression(text)({ odd }, meta)).toEqual(expected);
  });

  it.each([
    ['missing == null', true],
    ['missing.below.that == null', true],
    ['none.below == null', true],
    ['address.street == null', true],
    ['name.length == null', true],
    ['has(address.city)', true],
    ['has(address.street)', false],
    ['has(missing.street)', false],
    ['constructor == null', true],
    ['address.constructor == null', true],
  ])('takes what is missing for null, also below what is missing: %s', (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  it.each([
    ['missing > 18', 'no value'],
    ['missing > 18 || true', true],
    ['true || missing > 18', true],
    ['missing > 18 && false', false],
    ['missing > 18 || false', 'no value'],
    ['!(missing > 18)', 'no value'],
    ['age > "18"', 'no value'],
    ['none + 1', 'no value'],
    ['missing > 1 ? 1 : 2', 'no value'],
    ['duration("1s")', 'no value'],
  ])('has as little value as one of SQL with NULL: %s', (text, expected) => {
    expect(evaluate(text)).toBe(expected);
  });

  it.each([
    ['nobody >= 18', 'nobody >= 18 has no value: nobody is missing'],
    ['none >= 18', 'none >= 18 has no value: none is null'],
    ['address.street + "x"', 'address.street + "x" has no value: address.street is missing'],
    ['age > 1 && nobody > 3', 'nobody > 3 has no value: nobody is missing'],
    ['name >= 18', 'name >= 18 has no value: name is the string "Ada" (string >= int is not defined)'],
    ['size(nobody)', 'size(nobody) has no value: nobody is missing'],
    [
      'name.startsWith(age)',
      'name.startsWith(age) has no value: name is the string "Ada", and age is the number 20',
    ],
    ['int(name)', 'int(name) has no value: name is the string "Ada"'],
    ['name && true', 'name must be true or false: name is the string "Ada"'],
    ['none ? 1 : 2', 'none must be true or false: none is null'],
    ['{"a": 7 / int(half)}', '7 / int(half) divides by zero: int(half) is the number 0'],
    ['7 / int(half)', '7 / int(half) divides by zero: int(half) is the number 0'],
    ['age / 0', 'The result is Infinity, which JSON does not have: it divides by zero, or is too large'],
    ['tags[2]', 'tags[2] is out of range: tags is a list of 2 items (items are counted from 0)'],
    ['address["zip"]', 'address["zip"] has no value: address has no such field'],
    ['{half: 1}', '{half: 1} has no value: the key of a map is a string, a whole number, or true or false'],
    ['{name: 1, "Ada": 2}', '{name: 1, "Ada": 2} has no value: the map has the key "Ada" twice'],
    ['none[0]', 'none[0] has no value: none is null'],
    ['9223372036854775807 + 1', '9223372036854775807 + 1 is too large for a whole number'],
    ['none.all(t, t > 1)', 'none must be a list: none is null'],
    ['tags.all(t, t > 1)', 't > 1 has no value: string > int is not defined'],
    ['has(address.city) && nobody > 1', 'nobody > 1 has no value: nobody is missing'],
  ])('that has no value says which part of it, and what it found there: %s', (text, reason) => {
    expect(() => compileExpression(text)(record, meta)).toThrow(
      expect.objectContaining({ name: 'NoValueError', message: reason }),
    );
  });

  it('keeps a number as it is written', () => {
    expect(compileExpression('1e30 > 1.5')(record, meta)).toBe(true);
  });

  it('is as fast for any record: what takes longer for some is refused', () => {
    for (const text of [
      'name.matches("(a+)+$")',
      'tags.all(a, tags.all(b, a == b))',
      'tags.map(a, [a].filter(b, true))',
    ])
      expect(() => compileExpression(text)).toThrow(ExpressionRefusedError);
    const long = Array.from({ length: 600 }, () => 'age').join(' + ');
    expect(() => compileExpression(long)).toThrow(ExpressionRefusedError);
  });

  it.each([
    ['age >', 5],
    ['age = 1', 4],
    ['1 + "x"', 0],
    ['age > 1 && unknown(age)', 11],
    ['age > 1 && name.matches("x")', 11],
    ['{"a": 1, null: 2}', 9],
    ['{b"a": 1}', 1],
    ['{1.5: 1}', 1],
    ['{timestamp("2020-01-01T00:00:00Z"): 1}', 1],
    ['{"n": {[1]: 1}}', 7],
    ['{1: "a", 1u: "b"}', 9],
    ['{"a": 1, age: 2, \'a\': 3}', 17],
  ])('that is wrong says where: %s', (text, offset) => {
    const refused = expect.objectContaining({ name: 'ExpressionRefusedError', offset });
    let thrown: unknown;
    try {
      compileExpression(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toEqual(refused);
  });

  it.each([
    ['alternatives', Array.from({ length: 100 }, (_, n) => `age == ${n}`).join(' || '), true],
    ['terms', `${Array(200).fill('age').join(' + ')} == 4000`, true],
    ['cases', `${Array.from({ length: 15 }, (_, n) => `age == ${n} ? ${n} : `).join('')}99`, 99],
    ['signs', `${'-'.repeat(100)}age`, 20],
  ])('is evaluated as far as it is accepted: many %s', (_, text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it.each([
    ['x'.repeat(3) + '.a'.repeat(40), 'the expression is nested too deeply: at most 32 levels are allowed'],
    [Array(600).fill('age').join(' + '), 'the expression is too long: at most 500 parts are allowed'],
  ])('that is too large is refused with how large it may be', (text, message) => {
    expect(() => compileExpression(text)).toThrow(new ExpressionRefusedError(message, 0));
  });

  it('reaches nothing but the record', () => {
    for (const name of ['process', 'globalThis', 'toString', 'hasOwnProperty'])
      expect(evaluate(name)).toBeNull();
  });

  it('says of random numbers what JavaScript says', () => {
    const numbers = fc.oneof(
      fc.integer({ min: -1000, max: 1000 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 1, max: 100 }), (a, b, n) => {
        const fields = { a, b };
        const sum = a + n * b;
        if (Number.isFinite(sum)) expect(compileExpression(`a + ${n} * b`)(fields, {})).toBe(sum);
        expect(compileCondition(`a < b`)(fields, {})).toBe(a < b);
        expect(compileCondition(`a == ${n}`)(fields, {})).toBe(a === n);
      }),
    );
  });
});

describe('a condition', () => {
  it('is refused when it cannot be true or false', () => {
    expect(() => compileCondition('1 + 1')).toThrow('of the type int');
  });

  it('has no value where it is neither', () => {
    expect(() => compileCondition('name')(record, meta)).toThrow(
      new NoValueError('The condition must be true or false, and name is the string "Ada"'),
    );
  });
});
