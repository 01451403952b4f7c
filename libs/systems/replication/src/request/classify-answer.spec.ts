import { describe, expect, it } from '@jest/globals';
import { classifyAnswer } from './classify-answer.ts';

const RESULT = { success: true, tasksCreated: 1, tasksUpdated: 0, tasksRemoved: 0, revision: 1, tasks: [] };

describe("what an owner's answer means for the command", () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599, 301, 302, 307, 100])('%i: try again', (status) => {
    expect(classifyAnswer('Fleet', { kind: 'answered', status, body: null }).outcome).toBe('retry');
  });

  it.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 431, 451])('%i: never again', (status) => {
    expect(classifyAnswer('Fleet', { kind: 'answered', status, body: null }).outcome).toBe('give-up');
  });

  it('200 with a result: deployed', () => {
    expect(classifyAnswer('Fleet', { kind: 'answered', status: 200, body: RESULT })).toEqual({
      outcome: 'deployed',
      result: RESULT,
    });
  });

  it.each([[null], ['<html>'], [{}], [{ ...RESULT, success: false }]])(
    '200 with %j: not the module, or not done; try again',
    (body) => {
      expect(classifyAnswer('Fleet', { kind: 'answered', status: 200, body }).outcome).toBe('retry');
    },
  );

  it('409 for an older revision: told apart, with the revision that the owner has', () => {
    const body = { type: 'urn:spark:problem:older-revision', detail: 'Revision 7 is deployed', revision: 7 };
    expect(classifyAnswer('Fleet', { kind: 'answered', status: 409, body })).toMatchObject({
      outcome: 'outdated',
      ownerRevision: 7,
    });
  });

  it('nobody there, or not registered yet: try again', () => {
    expect(classifyAnswer('Fleet', { kind: 'unreachable', reason: 'ECONNREFUSED' })).toEqual({
      outcome: 'retry',
      reason: 'Fleet cannot be reached: ECONNREFUSED',
    });
    expect(classifyAnswer('Fleet', { kind: 'not-registered' }).outcome).toBe('retry');
  });

  it("carries the owner's own reason, fields included, and not without end", () => {
    const body = {
      title: 'A script was refused',
      detail: 'Script Cars cannot run',
      errors: [{ pointer: '/scripts/0/script', detail: 'Unexpected token', line: 3 }, 'odd', null],
    };
    expect(classifyAnswer('Fleet', { kind: 'answered', status: 422, body })).toEqual({
      outcome: 'give-up',
      reason: 'Fleet answered 422: Script Cars cannot run; /scripts/0/script: Unexpected token (line 3)',
    });
    const endless = { detail: 'x'.repeat(100_000) };
    const verdict = classifyAnswer('Fleet', { kind: 'answered', status: 400, body: endless });
    expect('reason' in verdict && verdict.reason.length).toBeLessThan(1_100);
  });
});
