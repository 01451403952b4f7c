import { expect, it } from '@jest/globals';
import { describeProblem } from './describe-problem.ts';

it.each([
  [{ title: 'Conflict', status: 409, detail: 'Nothing was changed.' }, 'Nothing was changed.'],
  [{ title: 'Unavailable', status: 503 }, 'Unavailable'],
  [
    {
      title: 'Invalid',
      detail: 'Some fields are invalid; see errors.',
      errors: [{ pointer: '/year', detail: 'is a text' }],
    },
    'Some fields are invalid.\n  /year: is a text',
  ],
  [{ statusCode: 404 }, '{"statusCode":404}'],
  ['<html>', '<html>'],
  [null, 'null'],
])('Of the answer %j, a failed step says what a reader needs', (body, said) => {
  expect(describeProblem(body)).toBe(said);
});
