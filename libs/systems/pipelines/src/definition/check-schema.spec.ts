import { describe, expect, it } from '@jest/globals';
import { checkSchema, compileSchema } from './check-schema.ts';
import { languageOf } from './schema-languages.ts';

const NAMING = new Set(['properties', '$defs', 'definitions', 'dependencies', 'dependentSchemas']);
const LATEST = { $schema: 'https://json-schema.org/draft/2020-12/schema' };
const messages = (schema: Readonly<Record<string, unknown>>) =>
  checkSchema([], schema).map(({ message }) => message);

describe('a schema of records', () => {
  it.each([
    [{ prefixItems: [{ type: 'string' }], items: false }, ['a'], [1], 'must be a string, not the number 1'],
    [
      { prefixItems: [{ type: 'string' }], unevaluatedItems: false },
      ['a'],
      ['a', 2],
      'must have at most 1 entries',
    ],
    [
      { contains: { type: 'string' }, minContains: 2 },
      ['a', 'b'],
      ['a'],
      'must have at least 2 items as "contains" asks',
    ],
    [
      { contains: { type: 'string' }, maxContains: 1 },
      ['a'],
      ['a', 'b'],
      'must have at least 1 item, and at most 1 as "contains" asks',
    ],
    [{ dependentRequired: { a: ['b'] } }, { a: 1, b: 1 }, { a: 1 }, 'lacks "b"'],
    [
      { dependentSchemas: { a: { properties: { b: { type: 'string' } } } } },
      { b: 1 },
      { a: 1, b: 1 },
      'must be a string, not the number 1',
    ],
    [
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1 },
      { b: 1 },
      'has the unknown field "b"',
    ],
    [
      { $defs: { a: { type: 'string' } }, properties: { a: { const: 1 } } },
      { a: 1 },
      { a: 2 },
      'must be 1, not',
    ],
  ])('has the words of 2020-12 where it says so: %j', (schema, good, bad, reason) => {
    expect(messages({ ...LATEST, ...schema })).toEqual([]);
    const { accepts } = compileSchema({ ...LATEST, ...schema });
    expect(accepts(good)).toBeNull();
    expect(accepts(bad)).toContain(reason);
  });

  it.each(['prefixItems', 'dependentRequired', 'dependentSchemas', 'unevaluatedProperties', 'minContains'])(
    'says how %s is understood where it does not name its language',
    (word) => {
      expect(messages({ properties: { a: { [word]: {} } } })).toEqual([
        `"${word}" is a word of JSON Schema 2020-12, and this schema is read as draft-07: give it "$schema": "${LATEST.$schema}"`,
      ]);
    },
  );

  it('may name draft-07, whose words the other language has not', () => {
    const schema = { items: [{ type: 'string' }], additionalItems: false };
    expect(messages({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema })).toEqual([]);
    expect(messages({ ...LATEST, ...schema })).toEqual([
      '"additionalItems" is a word of JSON Schema draft-07, and not of 2020-12',
    ]);
  });

  it.each([{}, LATEST])(
    'has no word below which a regular expression, a reference or a promise is hidden: %j',
    (named) => {
      const language = languageOf(named);
      if (typeof language === 'string') throw new Error(language);
      const words = Object.keys(language.words.RULES.keywords);
      const isRefused = (schema: object): boolean => messages({ ...named, ...schema }).length > 0;
      const places = (below: object) =>
        words.flatMap((word) =>
          (NAMING.has(word) ? [{ name: below }] : [below, [below]]).map((value) => ({ [word]: value })),
        );
      // Where no schema is expected, nobody reads one.
      const isRead = places({ minLength: -1 }).map(isRefused);
      for (const hidden of [{ pattern: '(a+)+$' }, { $ref: '#' }, { $async: true }]) {
        const read = places(hidden).filter((_, at) => isRead[at]);
        expect(read.filter((schema) => !isRefused(schema))).toEqual([]);
      }
    },
  );

  it('takes nothing for a field of a record that every object in JavaScript has', () => {
    const schema = { properties: { constructor: { type: 'number' }, toString: {} }, required: ['toString'] };
    expect(messages(schema)).toEqual([]);
    const { accepts } = compileSchema(schema);
    expect(accepts({})).toBe('the record lacks "toString"');
    expect(accepts({ toString: 1 })).toBeNull();
  });

  it('leaves no field unseen that every object in JavaScript has', () => {
    const anyOf = [{ required: ['a'], properties: { a: {} } }, { maxProperties: 1 }];
    const schema = { ...LATEST, anyOf, unevaluatedProperties: false };
    expect(messages(schema)).toEqual([]);
    const { accepts } = compileSchema(schema);
    for (const name of ['constructor', 'valueOf', 'hasOwnProperty', '__proto__'])
      expect(accepts(JSON.parse(`{ "a": 1, ${JSON.stringify(name)}: 1 }`))).toBe(
        `the record has the unknown field "${name}"`,
      );
    expect(accepts({ a: 1 })).toBeNull();
    expect(accepts({ b: 1 })).toBe('the record has the unknown field "b"');
  });

  it.each([
    ['{ "properties": { "__proto__": {} } }', ['properties', '__proto__']],
    ['{ "properties": { "a": { "required": ["b", "__proto__"] } } }', ['properties', 'a', 'required', 1]],
    ['{ "dependencies": { "a": ["__proto__"] } }', ['dependencies', 'a', 0]],
    ['{ "definitions": { "__proto__": {} } }', ['definitions', '__proto__']],
    ['{ "dependentRequired": { "__proto__": ["a"] } }', ['dependentRequired', '__proto__'], LATEST],
    ['{ "dependentSchemas": { "__proto__": {} } }', ['dependentSchemas', '__proto__'], LATEST],
  ])('may not name a field that the validator would leave out: %s', (text, path, named: object = {}) => {
    expect(checkSchema([], { ...named, ...JSON.parse(text) })).toMatchObject([
      { path, message: 'a schema of records cannot name a field "__proto__"' },
    ]);
  });

  it.each([
    [{ items: { type: 'string' } }, ['__proto__', 'a', '__proto__']],
    [{}, [{ a: 1, b: [0] }, 1, { b: [-0], a: 1 }]],
    [{}, ['1', 1, '1']],
  ])('finds what is in a list twice: %j', (items, list) => {
    const { accepts } = compileSchema({ properties: { list: { uniqueItems: true, ...items } } });
    expect(accepts({ list })).toMatch(/^list has .* twice$/);
    expect(accepts({ list: list.slice(0, 2) })).toBeNull();
    expect(compileSchema({ uniqueItems: false }).accepts([1, 1])).toBeNull();
  });
});
