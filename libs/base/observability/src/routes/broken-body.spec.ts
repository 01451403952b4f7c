import { describe, expect, it } from '@jest/globals';
import { readObject } from './broken-body.ts';

const refusal = (text: string) => () => readObject(text);

describe('A body that is not a JSON object', () => {
  it.each(['[]', '[{"a":1}]', '5', '"x"', 'null', 'true'])('is told to be one: %s', (text) => {
    expect(refusal(text)).toThrow('The body must be a JSON object.');
  });

  it.each([
    ['{', "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ['{x', "Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
    ['oops', `Unexpected token 'o' in "oops"`],
    [',', `Unexpected token ',' in ","`],
    [
      `{"a":"${'b'.repeat(40)}\n"}`,
      'Bad control character in string literal in JSON at position 46 (line 1 column 47)',
    ],
    [`{"a":${'1'.repeat(40)}, "b":x}`, `Unexpected token 'x' in ..."1111, "b":x}"`],
  ])('is told what is wrong, and where, if it is not JSON: %s', (text, why) => {
    expect(refusal(text)).toThrow(`The body is not JSON: ${why}.`);
  });

  it.each(['', ' ', '\r\n\t'])('is told that it is empty: %j', (text) => {
    expect(refusal(text)).toThrow(/^The body is empty\.$/);
  });

  it.each([
    ['{"size":1e999}', '/size', 'size'],
    ['{"a":{"b":[1,-1e999]}}', '/a/b/1', 'b[1]'],
    [`{"a":"1e5","b/c":${'9'.repeat(400)}}`, '/b~1c', 'b/c'],
    ['1e999', '', 'the body'],
  ])('is told which number JavaScript cannot hold: %s', (text, pointer, name) => {
    const range = 'must be between -1.7976931348623157e+308 and 1.7976931348623157e+308';
    expect(refusal(text)).toThrow(
      expect.objectContaining({ status: 400, errors: [{ pointer, detail: `${name} ${range}` }] }),
    );
  });

  it('may have numbers that are read with less precision, or with all of their digits', () => {
    expect(readObject('{"a":12345678901234567890,"b":1e308,"c":1e-999}')).toEqual({
      a: Number('12345678901234567890'),
      b: 1e308,
      c: 0,
    });
    expect(readObject('{"a":1e999}', () => ({ a: '1e999' }))).toEqual({ a: '1e999' });
  });

  it('is told that it is nested too deeply, and not that it is not JSON, if only the stack sets the limit', () => {
    const keep = (_key: string, value: unknown) => value;
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(() => readObject(deep, (text) => JSON.parse(text, keep))).toThrow(
      /^The body is nested too deeply\.$/,
    );
  });
});
