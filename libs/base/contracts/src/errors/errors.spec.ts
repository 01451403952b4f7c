import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { ProblemError } from '../problems/problem.ts';
import {
  ContentRefusedError,
  DocumentsRefusedError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from './errors.ts';

const refused = new ContentRefusedError('It is not a document', 'cars/1', { kind: 'not-json' });

it.each([
  new StoreRefusedError('It is refused', { mayPass: true }),
  new UnavailableError('It is away', { answered: true }),
  refused,
  new DocumentsRefusedError([refused]),
  new VersionConflictError('cars/1'),
  new ProblemError('invalid', 'It is wrong', { retryAfterSeconds: 5 }),
])('An error that is logged whole shows no fields that are for code alone: %s', (error) => {
  const { message } = error;
  // Its cause is shown in the same way.
  expect(inspect(error)).not.toMatch(/mayPass|whateverIsSent|answered|kind|documentId|members|: undefined/);
  expect(inspect(error)).toContain(message);
});

it('An error that is caught has its fields', () => {
  expect(refused).toMatchObject({ mayPass: false, documentId: 'cars/1', kind: 'not-json' });
  expect(new StoreRefusedError('', { mayPass: true }).mayPass).toBe(true);
  const errors = [{ pointer: '/a', detail: 'is missing' }];
  const problem = new ProblemError('invalid', 'It is wrong', { errors });
  expect(problem).toMatchObject({ kind: 'invalid', errors, members: {} });
  expect(inspect(problem)).toContain("detail: 'is missing'");
});
