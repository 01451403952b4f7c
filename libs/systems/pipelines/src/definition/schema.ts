import { LATER_SINKS, LATER_SOURCES, LATER_TRANSFORMS } from './types.ts';

/** Words used by routes under `/api/pipelines`. */
const RESERVED_IDS = ['validate', 'preview', 'test', 'schema', 'events', 'live'];
const LONGEST_EXPRESSION = 4096;
const LONGEST_SCRIPT = 32 * 1024;

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const whole = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });
const expression = text(LONGEST_EXPRESSION);
const fieldName = { type: 'string', minLength: 1, maxLength: 256, not: { const: '__proto__' } };
const fieldNames = { type: 'array', items: fieldName, minItems: 1, maxItems: 256, uniqueItems: true };
const path = { ...text(1024), description: 'below the files folder' };
const connection = { ...text(100), description: 'the name of a connection that the operator has configured' };
const topicName = {
  type: 'string',
  minLength: 1,
  maxLength: 249,
  pattern: '^[A-Za-z0-9._-]+$',
  description: 'letters, digits, dots, underscores and hyphens',
};
const tableName = { ...text(200), description: 'table, or schema.table' };
const createTable = {
  type: 'boolean',
  description: 'makes the table of the schema, with the key as its primary key, where it is missing',
};
const overwrite = {
  type: 'boolean',
  description: 'removes batch files in the folder that this generation did not write',
};
const record = { type: 'object' };

/** A part of a pipeline, identified by its `type`. */
function part(type: string, properties: Record<string, object>, required: string[] = []) {
  return {
    type: 'object',
    properties: { type: { const: type }, ...properties },
    required: ['type', ...required],
    additionalProperties: false,
  };
}

/** Reserved for a later version, which will describe its fields. */
const later = (types: readonly string[]) =>
  types.map((type) => ({ ...part(type, {}), additionalProperties: true }));

const oneOf = (...parts: object[]) => ({
  type: 'object',
  required: ['type'],
  discriminator: { propertyName: 'type' },
  oneOf: parts,
});

const mapping = (values: object) => ({
  type: 'object',
  propertyNames: fieldName,
  additionalProperties: values,
  minProperties: 1,
  maxProperties: 256,
});

/** The JSON Schema of definitions. */
export const DEFINITION_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A pipeline',
  type: 'object',
  required: ['pipelineId', 'name', 'source', 'sink'],
  additionalProperties: false,
  properties: {
    apiVersion: { const: 'spark/v1' },
    pipelineId: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      not: { enum: RESERVED_IDS },
      description: 'lower-case letters, digits and hyphens, at most 63, with a letter or digit first',
    },
    name: text(200),
    description: { type: 'string', maxLength: 2000 },
    labels: { type: 'object', propertyNames: fieldName, additionalProperties: text(200), maxProperties: 32 },
    engine: { enum: ['node', 'spark'] },
    delivery: { enum: ['exactly-once', 'at-least-once'] },
    schema: record,
    source: oneOf(
      part('generate', { count: whole(0, Number.MAX_SAFE_INTEGER), perSecond: whole(1, 1_000_000) }),
      part('file', { path, format: { enum: ['ndjson', 'csv', 'parquet'] }, follow: { type: 'boolean' } }, [
        'path',
      ]),
      part(
        'kafka',
        {
          connection,
          topic: topicName,
          start: { ...text(40), description: 'earliest, latest, or a time in ISO 8601' },
          format: { enum: ['json', 'string'] },
        },
        ['topic'],
      ),
      ...later(LATER_SOURCES),
    ),
    transforms: {
      type: 'array',
      maxItems: 64,
      items: oneOf(
        part('filter', { condition: expression }, ['condition']),
        part('map', { set: mapping(expression), remove: fieldNames }),
        part('project', { fields: fieldNames }, ['fields']),
        part('rename', { fields: mapping(fieldName) }, ['fields']),
        part('validate', { schema: record }, ['schema']),
        part('script', { code: text(LONGEST_SCRIPT) }, ['code']),
        ...later(LATER_TRANSFORMS),
      ),
    },
    sink: oneOf(
      part('file', { path, format: { enum: ['ndjson', 'csv', 'parquet'] }, overwrite }, ['path']),
      part('log', {}),
      part('postgres', { connection, table: tableName, key: fieldNames, createTable }, ['table']),
      part('sqlite', { path, table: text(200), key: fieldNames, createTable }, ['path', 'table']),
      part('kafka', { connection, topic: topicName, key: fieldName }, ['topic']),
      ...later(LATER_SINKS),
    ),
    batch: {
      type: 'object',
      additionalProperties: false,
      properties: {
        maxRecords: whole(1, 100_000),
        maxBytes: whole(1024, 64 * 1024 * 1024),
        maxWaitMs: whole(1, 60_000),
      },
    },
    errors: {
      type: 'object',
      additionalProperties: false,
      properties: {
        onRecord: { enum: ['deadLetter', 'drop', 'fail'] },
        limit: {
          type: 'object',
          required: ['failed', 'of'],
          additionalProperties: false,
          properties: { failed: whole(0, 1_000_000), of: whole(1, 1_000_000) },
        },
      },
    },
    tests: {
      type: 'array',
      maxItems: 256,
      items: {
        type: 'object',
        required: ['name', 'input', 'output'],
        additionalProperties: false,
        properties: {
          name: text(200),
          input: { type: 'array', items: record },
          output: { type: 'array', items: record },
        },
      },
    },
  },
};
