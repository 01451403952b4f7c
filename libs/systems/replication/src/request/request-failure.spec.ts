import { describe, expect, it } from '@jest/globals';
import { failureOf } from './request-failure.ts';

const SCRIPTS = [
  { sourceCollection: 'Cars', script: '' },
  { sourceCollection: 'CarBrands', script: '' },
];
const refused = (errors: unknown, status = 403) =>
  failureOf(
    { kind: 'answered', status, body: { type: 'urn:spark:problem:not-shared', detail: '', errors } },
    SCRIPTS,
  );

describe('why an owner has not taken a request', () => {
  it('names the collection that it refuses, which holds back the others', () => {
    expect(refused([{ pointer: '/scripts/1/sourceCollection', detail: 'x' }])).toEqual({
      outcome: 'refused',
      problem: 'urn:spark:problem:not-shared',
      collections: ['CarBrands'],
    });
  });

  it.each([
    [{ kind: 'not-registered' } as const, 'unregistered'],
    [{ kind: 'unreachable', reason: 'ECONNREFUSED' } as const, 'unreachable'],
    [{ kind: 'answered', status: 503, body: null } as const, null],
    [{ kind: 'answered', status: 429, body: null } as const, null],
    [{ kind: 'answered', status: 422, body: 'text' } as const, 'refused'],
  ])('%j is %s', (answer, outcome) => {
    expect(failureOf(answer, SCRIPTS)).toMatchObject({ outcome, collections: [] });
  });

  it.each([
    'x',
    [1],
    [{ pointer: 5 }],
    [{ pointer: '/scripts/9/script' }],
    [{ pointer: `/scripts/${'1'.repeat(500)}/` }],
  ])('takes no collection from %j', (errors) => {
    expect(refused(errors).collections).toEqual([]);
  });
});
