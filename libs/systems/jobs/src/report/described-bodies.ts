import { ApiBody } from '@nestjs-spark/observability/internal';
import { MOST_IN_BATCH } from '../submit/read-submission.ts';
import { LONGEST_NAME, LONGEST_REASON, MOST_ASKED, MOST_RECORDS } from './read-query.ts';

const BACKEND = {
  type: 'string',
  maxLength: LONGEST_NAME,
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
          maxItems: MOST_IN_BATCH,
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
      properties: { reason: { type: 'string', maxLength: LONGEST_REASON, description: 'Kept with the job' } },
    },
  });

export const ApiJobIds = (): MethodDecorator =>
  ApiBody({
    schema: {
      type: 'object',
      required: ['jobIds'],
      properties: { jobIds: { type: 'array', maxItems: MOST_ASKED, items: { type: 'string' } } },
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
        records: { type: 'integer', minimum: 1, maximum: MOST_RECORDS, description: 'How many records' },
        backend: BACKEND,
      },
    },
  });
