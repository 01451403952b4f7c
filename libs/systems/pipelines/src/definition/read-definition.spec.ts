import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_DEFINITION_BYTES } from './parse-text.ts';
import { readDefinition } from './read-definition.ts';
import { DefinitionRefusedError, type Refusal } from './refusal.ts';

const GOOD = `pipelineId: adults
name: Adults
source: { type: file, path: people/*.ndjson }
transforms:
  - { type: filter, condition: "age > 18" }
  - type: map
    set: { city: address.city }
sink: { type: file, path: out }
`;

function refusalsOf(text: string): readonly Refusal[] {
  try {
    readDefinition(text);
  } catch (error) {
    if (error instanceof DefinitionRefusedError) return error.refusals;
    throw error;
  }
  return [];
}

const change = (from: string, to: string) => refusalsOf(GOOD.replace(from, to));

describe('a definition', () => {
  it('is YAML, or JSON with the same fields', () => {
    const definition = readDefinition(GOOD);
    expect(definition.transforms?.[0]).toEqual({ type: 'filter', condition: 'age > 18' });
    expect(readDefinition(JSON.stringify(definition, null, 2))).toEqual(definition);
  });

  it('does not give two fields one name, as one of them would be lost', () => {
    const refusals = change(
      '  - type: map\n    set: { city: address.city }',
      '  - type: rename\n    fields: { town: city, place: city, a: b }',
    );
    expect(refusals).toMatchObject([{ kind: 'refused', pointer: '/transforms/1/fields/place', line: 7 }]);
  });

  it.each<[string, string, string, Partial<Refusal>]>([
    [
      'an unknown field',
      'name: Adults',
      'nmae: x\nname: Adults',
      { pointer: '/nmae', line: 2, column: 1, kind: 'shape' },
    ],
    [
      'a missing field',
      'name: Adults\n',
      '',
      { pointer: '', line: 1, column: 1, message: '"name" is missing' },
    ],
    [
      'an unknown type',
      'type: filter',
      'type: filtre',
      { pointer: '/transforms/0/type', line: 5, column: 13 },
    ],
    ['a wrong type', '"age > 18"', '18', { pointer: '/transforms/0/condition', line: 5, column: 32 }],
    ['a wrong id', 'adults', 'Adults!', { pointer: '/pipelineId', line: 1, column: 13 }],
    [
      'a reserved id',
      'adults',
      'live',
      { pointer: '/pipelineId', message: 'is reserved for addresses of the API: choose another id' },
    ],
    [
      'a wrong expression',
      '"age > 18"',
      '"age >"',
      { pointer: '/transforms/0/condition', line: 5, kind: 'refused' },
    ],
    [
      'a wrong one in a map',
      'address.city',
      '"1 + \'x\'"',
      { pointer: '/transforms/1/set/city', line: 7, column: 18 },
    ],
    ['a path that leaves', 'path: out', 'path: ../out', { pointer: '/sink/path', kind: 'refused' }],
    ['a path from the root', 'path: out', 'path: /etc/passwd', { pointer: '/sink/path', kind: 'refused' }],
    [
      'a delivery that its sink cannot',
      '{ type: file, path: out }',
      '{ type: log }\ndelivery: exactly-once',
      { pointer: '/delivery', kind: 'refused' },
    ],
    [
      'what comes later',
      '{ type: file, path: out }',
      '{ type: opensearch, index: users }',
      { pointer: '/sink/type', kind: 'not-available' },
    ],
    [
      'a table that is to be made of nothing',
      '{ type: file, path: out }',
      '{ type: postgres, table: users, key: [id], createTable: true }',
      { pointer: '/sink/createTable', kind: 'refused' },
    ],
    [
      'a file of SQLite that leaves',
      '{ type: file, path: out }',
      '{ type: sqlite, path: ../out.db, table: users }',
      { pointer: '/sink/path', kind: 'refused' },
    ],
    [
      'another engine',
      'name: Adults',
      'name: Adults\nengine: spark',
      { pointer: '/engine', line: 3, kind: 'not-available' },
    ],
    [
      'a costly schema',
      'name: Adults',
      'name: Adults\nschema: { properties: { a: { pattern: x } } }',
      { pointer: '/schema/properties/a/pattern', kind: 'refused' },
    ],
    [
      'a wrong schema',
      'name: Adults',
      'name: Adults\nschema: { type: nothing }',
      { pointer: '/schema/type', kind: 'refused' },
    ],
    ['a field twice', 'name: Adults', 'name: Adults\nname: Adults', { line: 3, kind: 'syntax' }],
    ['a tag', 'name: Adults', 'name: !!js/function x', { line: 2, kind: 'syntax' }],
    ['text that is not YAML', 'name: Adults', 'name: [', { kind: 'syntax' }],
  ])('with %s is refused, and says where', (_, from, to, expected) => {
    expect(change(from, to)).toEqual([expect.objectContaining(expected)]);
  });

  it.each([
    '{ type: postgres, table: spark_pipeline_checkpoints, key: [pipeline, lane] }',
    '{ type: postgres, table: public.spark_pipeline_checkpoints }',
    `{ type: postgres, table: '"public"."spark_pipeline_checkpoints"' }`,
    '{ type: sqlite, path: out.db, table: SPARK_Pipeline_Checkpoints }',
    `{ type: sqlite, path: out.db, table: ' spark_pipeline_checkpoints' }`,
    '{ type: kafka, topic: spark.pipelines.checkpoints }',
  ])('that writes where pipelines keep their positions is refused: %s', (sink) => {
    const [refusal] = change('{ type: file, path: out }', sink);
    expect(refusal).toMatchObject({ kind: 'refused', message: expect.stringContaining('positions') });
  });

  it('that reads the positions of pipelines is refused', () => {
    const source = '{ type: kafka, topic: spark.pipelines.checkpoints }';
    expect(change('{ type: file, path: people/*.ndjson }', source)).toEqual([
      expect.objectContaining({ kind: 'refused', pointer: '/source/topic' }),
    ]);
  });

  it('says what would be right', () => {
    expect(change('type: filter', 'type: filtre')[0]?.message).toContain('filter, map, project');
    expect(change('name: Adults', 'name: Adults\nnmae: x')[0]?.message).toContain(
      '"nmae" is not known here; expected: apiVersion',
    );
  });

  it('says everything that is wrong at once', () => {
    const refusals = refusalsOf(GOOD.replace('"age > 18"', '"age >"').replace('address.city', 'x +'));
    expect(refusals.map(({ line }) => line)).toEqual([5, 7]);
  });

  it('says what is wrong with its shape and with what it says in one answer, in the order of the text', () => {
    const text = GOOD.replace('name: Adults', 'nmae: Adults')
      .replace('type: file, path: people/*.ndjson', 'type: fil, path: ../people')
      .replace('condition: "age > 18"', 'conditon: "age >"')
      .replace('set: { city: address.city }', 'set: { city: 5, zip: "x +" }')
      .replace(
        '{ type: file, path: out }',
        '{ type: log }\ndelivery: exactly-once\nname: Twice\nname: Twice',
      );
    expect(refusalsOf(text).map(({ line, pointer }) => `${line} ${pointer}`)).toEqual([
      '2 /nmae',
      '3 /source/type',
      '3 /source/path',
      '5 /transforms/0/conditon',
      '5 /transforms/0/conditon',
      '7 /transforms/1/set/city',
      '7 /transforms/1/set/zip',
      '9 /delivery',
      '11 /name',
    ]);
  });

  it.each<[from: string, to: string, message: string]>([
    ['name: Adults', 'nmae: Adults', '"nmae" is not known here; did you mean "name"?'],
    ['path: people/*.ndjson', 'pth: people', '"pth" is not known here; did you mean "path"?'],
    ['{ type: file, path: out }', '{ typ: log }', '"typ" is not known here; did you mean "type"?'],
    [
      '{ type: file, path: out }',
      '{ path: out }',
      '"type" is missing: one of file, log, postgres, sqlite, kafka',
    ],
    [
      'type: file, path: out',
      'type: fil, path: out',
      'must be one of file, log, postgres, sqlite, kafka, not the string "fil"; did you mean "file"?',
    ],
    [
      'type: file, path: out',
      'type: 5',
      'must be one of file, log, postgres, sqlite, kafka, not the number 5',
    ],
    [
      'name: Adults',
      'name: A\nengine: nod',
      'must be one of node, spark, not the string "nod"; did you mean "node"?',
    ],
    ['name: Adults', 'name: A\napiVersion: v1', 'must be "spark/v1", not the string "v1"'],
    ['name: Adults', 'name: 5', 'must be a string, not the number 5'],
    ['name: Adults', 'name: ""', 'must not be empty'],
    ['name: Adults', 'name: A\nlabels: { a: [x] }', 'must be a string, not a list of 1 item'],
    ['name: Adults', 'name: A\nlabels: { "": x }', 'the name "" must not be empty'],
    ['name: Adults', 'name: A\nbatch: { maxRecords: 0 }', 'must be at least 1, not 0'],
    ['name: Adults', 'name: A\nbatch: { maxRecords: 1.5 }', 'must be a whole number, not the number 1.5'],
    ['name: Adults', 'name: A\nerrors: { limit: { failed: 1 } }', '"of" is missing'],
    [
      'pipelineId: adults',
      'pipelineId: A b',
      'must be lower-case letters, digits and hyphens, at most 63, with a letter or digit first, not the string "A b"',
    ],
    [
      '  - type: map\n',
      '  - type: project\n    fields: id\n  - type: map\n',
      'must be a list such as [id], not the string "id"',
    ],
    ['  - type: map\n', '  - type: project\n    fields: [a, a]\n  - type: map\n', 'has the string "a" twice'],
    ['source: { type: file, path: people/*.ndjson }', 'source:', 'must be an object, not null'],
    [
      'name: Adults',
      'name: A\nschema: { propertis: {} }',
      '"propertis" is not a word of JSON Schema draft-07; did you mean "properties"?',
    ],
    [
      'name: Adults',
      'name: A\nschema: { properties: { a: { type: strin } } }',
      'must be one of array, boolean, integer, null, number, object, string, not the string "strin"; did you mean "string"?',
    ],
    [
      'name: Adults',
      'name: A\nschema: { properties: { a: { format: emial } } }',
      '"emial" is not a known format; did you mean "email"?',
    ],
    ['name: Adults', 'name: A\nschema: { required: id }', 'must be a list such as [id], not the string "id"'],
    [
      'age > 18',
      'age = 18',
      '"=" is not expected here: a comparison is written ==, at character 5 of "age = 18"',
    ],
    [
      'age > 18',
      'age > 18 and x',
      '"and" is not expected here: write &&, at character 10 of "age > 18 and x"',
    ],
    ['age > 18', 'age >', 'the expression ends where a value is expected, at character 6 of "age >"'],
    ['age > 18', '(age > 18', '")" is missing, at character 10 of "(age > 18"'],
    ['age > 18', '1 > true', 'int > bool is not defined: the types do not fit, at character 1 of "1 > true"'],
    [
      'age > 18',
      'city.statsWith(city)',
      'statsWith() is not a function of CEL; did you mean "startsWith"?, at character 1 of "city.statsWith(city)"',
    ],
  ])('says in its own words what would be right: %s as %s', (from, to, message) => {
    expect(change(from, to).map((refusal) => refusal.message)).toEqual([message]);
  });

  it('may describe its records in the words of JSON Schema that check nothing', () => {
    const described =
      '{ title: People, description: d, default: {}, examples: [], $comment: c, deprecated: true }';
    expect(change('name: Adults', `name: A\nschema: ${described}`)).toEqual([]);
    expect(change('name: Adults', 'name: A\nschema: { constructor: {} }')).toHaveLength(1);
  });

  it.each(['"https://json-schema.org/draft/2019-09/schema"', 'x', '5', 'null'])(
    'is refused where its schema names a language that is not known: %s',
    (language) => {
      const [refusal] = change('name: Adults', `name: A\nschema: { $schema: ${language} }`);
      expect(refusal?.message).toContain('must be one of http://json-schema.org/draft-07/schema, https://');
    },
  );

  it.each([
    [
      'a merge key',
      'schema: &s { type: object }\nbatch:\n  <<: *s',
      5,
      3,
      'Merge keys (<<) are not available',
    ],
    ['an unknown alias', 'schema:\n  properties: *nobody', 4, 15, '*nobody refers to nothing'],
    ['an alias before its anchor', 'schema: *later\nbatch: &later {}', 3, 9, '*later refers to nothing'],
    ['an explicit name', 'schema:\n  ? type\n  : object', 4, 3, 'A name that is written with "? "'],
    ['a second document', 'schema: {}\n---\nname: B', 4, 1, 'A second document begins here'],
  ])('says where it has what cannot be followed: %s', (_what, text, line, column, message) => {
    expect(change('name: Adults', `name: A\n${text}`)).toEqual([
      expect.objectContaining({ line, column, message: expect.stringContaining(message) }),
    ]);
  });

  it.each([
    ['labels: { &a x: y, *a : z }', '/labels/', 'A name is text, not an alias'],
    ['labels: { [a, b]: y }', '/labels/', 'A name is text, not a list'],
    ['labels: { {a: b}: y }', '/labels/', 'A name is text, not an object'],
    ['labels: { a: !!binary aGVsbG8= }', '/labels/a', 'Tags such as !!binary are not available'],
    ['labels: { a: !mine b }', '/labels/a', 'Tags such as !mine are not available'],
    ['batch: { maxRecords: .inf }', '/batch/maxRecords', 'JSON has no number .inf'],
    ['labels: { a: b: c }', '/labels/a/b', 'A second ": "'],
    ['description: a: b', '/description/a', 'A second ": " in one line: put the text in quotes'],
    ['description: *', '/description', 'A text cannot begin with * or &'],
    ['description: @a', '/description', 'A text cannot begin with this character: put the text in quotes'],
    ['description: "a', '/description', 'The quote " is not closed'],
    [`labels: { a: &a x, b: [${'*a,'.repeat(300)}] }`, '/labels/b/256', 'More than 256 aliases'],
    [
      `labels: { a: &a ${'x'.repeat(1000)}, b: [${'*a,'.repeat(80)}] }`,
      '/labels/b/65',
      'With *a and the aliases before it expanded, the definition has more than 64 KiB',
    ],
  ])('says at its place what YAML has and a definition has not: %s', (text, pointer, message) => {
    const [refusal] = change('name: Adults', `name: A\n${text}`);
    expect(refusal?.message).toContain(message);
    expect(refusal).toMatchObject({ kind: 'syntax', pointer });
    expect(refusal?.line).toBeGreaterThanOrEqual(3);
  });

  it('has its faults at their place where a name is written as a number', () => {
    expect(change('name: Adults', 'name: A\nlabels:\n  1: [x]')).toMatchObject([
      { line: 4, column: 6, pointer: '/labels/1' },
    ]);
    expect(change('name: Adults', 'name: A\nlabels:\n  null: x\n  ~: y')).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ line: 5, message: '"" appears twice here' })]),
    );
  });

  it('may have a field with the name of a merge key, in quotes', () => {
    const schema = 'schema: { properties: { "<<": { type: string } } }';
    expect(change('name: Adults', `name: A\n${schema}`)).toEqual([]);
  });

  it.each(['schema: &s { properties: { a: *s } }', 'schema: &s { anyOf: [*s] }', 'other: &o [[*o]]'])(
    'cannot contain itself: %s',
    (line) => {
      const [refusal] = change('name: Adults', `name: A\n${line}`);
      expect(refusal).toMatchObject({
        line: 3,
        kind: 'syntax',
        message: expect.stringMatching(/^\*[so] refers to a value that contains it/),
      });
    },
  );

  it('may have a field of a record that is named like a costly word', () => {
    expect(change('name: Adults', 'name: A\nschema: { properties: { pattern: { type: string } } }')).toEqual(
      [],
    );
  });

  it('is refused when it is a bomb', () => {
    const laughs = Array.from(
      { length: 12 },
      (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(',')}]`,
    );
    expect(refusalsOf(`a0: &a0 [x]\n${laughs.join('\n')}\n`)).toHaveLength(1);
    for (const bomb of ['[', '? ', ',', '- ', ': ', 'a: ', '&a '])
      expect(refusalsOf(bomb.repeat(60_000 / bomb.length))).not.toEqual([]);
    expect(refusalsOf(`pipelineId: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)).not.toEqual([]);
    expect(refusalsOf(Array.from({ length: 9_000 }, (_, n) => `k${n}: 1`).join('\n'))).not.toEqual([]);
    expect(refusalsOf('x'.repeat(MAX_DEFINITION_BYTES + 1))[0]?.message).toContain('64 KiB');
  });

  it('is refused in its own words where the parser has no more stack', () => {
    const [refusal] = refusalsOf(`source: ${'['.repeat(6_000)}${']'.repeat(6_000)}`);
    expect(refusal?.message).toBe('It is nested too deeply');
  });

  it('cannot reach the prototype of objects', () => {
    const json = JSON.stringify(readDefinition(GOOD)).replace('"city":', '"__proto__":');
    expect(refusalsOf(json)).not.toEqual([]);
  });

  it('is read or refused, whatever it is: nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(refusalsOf(text).length).toBeGreaterThan(0);
      }),
    );
  });

  it('has a place in the text for what is changed anywhere in it', () => {
    fc.assert(
      fc.property(fc.nat(GOOD.length - 1), fc.constantFrom('x', '{', '0', '\n', ':', '"'), (at, letter) => {
        const text = GOOD.slice(0, at) + letter + GOOD.slice(at + 1);
        const lines = text.split('\n').length;
        for (const { line, column } of refusalsOf(text)) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThan(0);
        }
      }),
    );
  });
});

it('accepts the language of the requirement, and says of what it does not have yet that it comes later', () => {
  const example = {
    pipelineId: 'user-events-pipeline',
    name: 'User Events',
    source: { type: 'kafka', topic: 'user-events' },
    transforms: [{ type: 'filter', condition: 'age > 18' }],
    sink: { type: 'postgres', table: 'users' },
  };
  expect(refusalsOf(JSON.stringify(example))).toEqual([]);
  const later = { ...example, source: { type: 'jdbc' }, sink: { type: 's3' } };
  expect(refusalsOf(JSON.stringify(later)).map(({ kind, pointer }) => [kind, pointer])).toEqual([
    ['not-available', '/source/type'],
    ['not-available', '/sink/type'],
  ]);
});

it.each(['earliest', 'latest', '2026-01-31T12:00:00Z', '2026-01-31'])(
  'a Kafka topic can be read from %s',
  (start) => {
    expect(refusalsOf(topicFrom(start))).toEqual([]);
  },
);

it.each(['yesterday', '2026-13-41', '12'])('a Kafka topic cannot be read from %s', (start) => {
  expect(refusalsOf(topicFrom(start))).toMatchObject([{ kind: 'refused', pointer: '/source/start' }]);
});

const topicFrom = (start: string) =>
  JSON.stringify({
    pipelineId: 'a',
    name: 'A',
    source: { type: 'kafka', topic: 'events', start },
    sink: { type: 'log' },
  });
