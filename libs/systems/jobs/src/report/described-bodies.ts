import { ApiBody } from '@nestjs-spark/observability/internal';

const BACKEND = {
  type: 'string',
  maxLength: 64,
  description: 'The name of a backend; default: the one that fits',
} as const;

export const ApiBatch = (): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['jobs'],
      properties: {
        batchId: {
          type: 'string',
          maxLength: 64,
          description: 'Letters, digits, - and _; default: a new one',
        },
        jobs: {
          type: 'array',
          maxItems: 500,
          items: { type: 'object', description: 'As for POST /api/jobs' },
        },
      },
    },
  });

export const ApiReason = (): MethodDecorator =>
  ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: { reason: { type: 'string', maxLength: 500, description: 'Kept with the job' } },
    },
  });

export const ApiJobIds = (): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['jobIds'],
      properties: { jobIds: { type: 'array', maxItems: 1_000, items: { type: 'string' } } },
    },
  });

export const ApiTestedBackend = (): MethodDecorator =>
  ApiBody({ required: false, schema: { type: 'object', properties: { backend: BACKEND } } });

export const ApiLoad = (): MethodDecorator =>
  ApiBody({
    required: false,
    schema: {
      type: 'object',
      properties: {
        records: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'How many records' },
        backend: BACKEND,
      },
    },
  });
