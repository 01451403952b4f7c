import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs-spark/observability/internal';
import { MOST_PREVIEWED, PREVIEWED } from './preview.ts';

/** A definition that `POST /api/pipelines` accepts. */
export const EXAMPLE = {
  pipelineId: 'adults',
  name: 'Adults',
  source: { type: 'file', path: 'people.ndjson' },
  transforms: [{ type: 'filter', condition: 'age >= 18' }],
  sink: { type: 'file', path: 'adults' },
};

const DEFINITION = {
  type: 'object',
  description: 'A definition, as GET /api/pipelines/schema describes it',
  example: EXAMPLE,
} as const;

/** A body that is a definition, in JSON or YAML. */
export const ApiDefinition = (): MethodDecorator =>
  applyDecorators(ApiConsumes('application/json', 'application/yaml'), ApiBody({ schema: DEFINITION }));

export const ApiPreview = (): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['definition'],
      properties: {
        definition: { ...DEFINITION, description: `${DEFINITION.description}; or its text, JSON or YAML` },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: MOST_PREVIEWED,
          description: `How many records; default ${PREVIEWED}`,
        },
        records: {
          type: 'array',
          maxItems: MOST_PREVIEWED,
          items: { type: 'object' },
          description: 'Instead of those of the source',
        },
      },
    },
  });

export const ApiStart = (): MethodDecorator =>
  ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        from: { type: 'string', enum: ['checkpoint', 'beginning'], description: 'Default: checkpoint' },
      },
    },
  });

export const ApiPosition = (): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['position'],
      properties: {
        position: {
          type: 'object',
          additionalProperties: { type: 'integer', minimum: 0 },
          description: 'The next offset of each partition of the source',
          example: { '0': 120 },
        },
      },
    },
  });

export const ApiReplay = (): MethodDecorator =>
  ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        record: {
          type: 'object',
          description: 'Replaces the record: its fields, or its text in the format of the source',
        },
      },
    },
  });
