import { expect, it } from '@jest/globals';
import { LICENCE, NOT_SHARED, OLDER_REVISION, SCRIPT_REFUSED } from './problems.ts';

it('The problems of replication keep their URN and status, which requesters of older versions read', () => {
  expect(
    [NOT_SHARED, OLDER_REVISION, SCRIPT_REFUSED, LICENCE].map(({ type, status }) => [type, status]),
  ).toEqual([
    ['urn:spark:problem:not-shared', 403],
    ['urn:spark:problem:older-revision', 409],
    ['urn:spark:problem:script-refused', 422],
    ['urn:spark:problem:licence', 422],
  ]);
});
