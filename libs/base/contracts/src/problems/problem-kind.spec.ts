import { describe, expect, it } from '@jest/globals';
import { ProblemError } from './problem.ts';
import { defineProblem } from './problem-kind.ts';

describe('a kind of problem', () => {
  it('is defined by whoever throws it, and answers with its URN, title and status', () => {
    const soldOut = defineProblem('soldOut', { title: 'Sold out', status: 409 });
    const error = new ProblemError(soldOut, 'The Golf is sold.', { members: { car: 'cars/1-A' } });
    expect(error).toMatchObject({ kind: 'soldOut', status: 409, statusCode: 409, expose: true });
    expect(error.toProblem()).toEqual({
      type: 'urn:spark:problem:sold-out',
      title: 'Sold out',
      status: 409,
      detail: 'The Golf is sold.',
      car: 'cars/1-A',
    });
  });

  it('is refused when its name or its URN is already defined', () => {
    defineProblem('twice', { title: 'Once', status: 400 });
    expect(() => defineProblem('twice', { title: 'Again', status: 400, urn: 'other' })).toThrow(
      'The problem kind "twice" is already defined',
    );
    expect(() => defineProblem('other', { title: 'Again', status: 400, urn: 'twice' })).toThrow(
      'urn:spark:problem:twice is already defined',
    );
    expect(() => defineProblem('notFound', { title: 'Gone', status: 404 })).toThrow(/notFound/);
  });
});
