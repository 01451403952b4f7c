import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutFields } from './cut-fields.ts';
import { hasUnusualNumbers, isPlainNumber, noteNumbers, restoreNumbers } from './keep-numbers.ts';
import { readLastModified } from './read-last-modified.ts';
import { splitMetadata } from './split-metadata.ts';

describe('JSON as text', () => {
  it('keeps the named members of any object, as a parser would', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.array(fc.string()),
        fc.constantFrom(undefined, 2),
        (object, others, space) => {
          const wanted = new Set([...Object.keys(object).slice(0, 2), ...others]);
          const expected = Object.fromEntries(Object.entries(object).filter(([name]) => wanted.has(name)));
          expect(JSON.parse(cutFields(JSON.stringify(object, null, space), wanted))).toEqual(
            JSON.parse(JSON.stringify(expected)),
          );
        },
      ),
    );
  });

  it('finds names that are written with escapes', () => {
    expect(cutFields('{"N\\u0061me":1,"x":{"Name":2}}', new Set(['Name']))).toBe('{"N\\u0061me":1}');
  });

  it('takes metadata off and carries only the script’s and the user’s own part of it', () => {
    const own =
      '"@collection":"Users","@id":"users/1","@change-vector":"A:1","@last-modified":"x","@flags":"HasCounters"';
    expect(
      splitMetadata(`{"A":1.10,"@metadata":{${own},"Custom":1.0,"@expires":"2030"},"B":"@metadata"}`),
    ).toEqual({
      fields: '{"A":1.10,"B":"@metadata"}',
      metadata: '{"Custom":1.0,"@expires":"2030"}',
      collection: 'Users',
    });
    expect(splitMetadata(`{"A":{"@metadata":1}}`)).toEqual({ fields: '{"A":{"@metadata":1}}' });
    expect(() => splitMetadata('{"@metadata":"x"}')).toThrow(/not an object/);
  });

  it('reads when a document was changed, and 0 where it does not say', () => {
    expect(readLastModified('{"@metadata":{"@last-modified":"1970-01-01T00:00:01.2345678Z"}}')).toBe(1234);
    expect(readLastModified('{}')).toBe(0);
  });

  it('calls a number plain only when JavaScript writes it the same way', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);
    fc.assert(
      fc.property(digits, (text) => !isPlainNumber(text) || String(Number(text)) === text),
      { numRuns: 3000 },
    );
    expect(['1', '-12', '1.5', '0.25'].every(isPlainNumber)).toBe(true);
    expect(hasUnusualNumbers('{"a":"1.10","b":[1,2.5,-3]}')).toBe(false);
    expect(hasUnusualNumbers('{"a":[{"b":1.10}]}')).toBe(true);
    expect(hasUnusualNumbers('{"a":-0}')).toBe(true);
  });

  it('gives every number of an unchanged document its text back, even where one value is written in two ways', () => {
    const text = '{"a":[1.10,1.1,1.100,{"b":9007199254740993}],"c":1e5,"d":-0,"e":[[1.0],[2.0]],"f":"1.10"}';
    expect(restoreNumbers(JSON.stringify(JSON.parse(text)), noteNumbers([text]))).toBe(text);
  });

  it('gives a number its text back under another name, and leaves what is ambiguous to JavaScript', () => {
    const notes = noteNumbers(['{"Price":1.10,"Big":9007199254740993,"X":2.0,"Y":2.00}']);
    expect(restoreNumbers('{"P":1.1,"B":9007199254740992,"Z":2,"New":3}', notes)).toBe(
      '{"P":1.10,"B":9007199254740993,"Z":2,"New":3}',
    );
  });
});
