import { describe, expect, it } from '@jest/globals';
import { classifyAnswer } from './classify-answer.ts';
import type { ModuleAnswer } from '@nestjs-spark/modules/internal';

const RESULT = { success: true, tasksCreated: 1, tasksUpdated: 0, tasksRemoved: 0, revision: 1, tasks: [] };

const NOW = Date.parse('2026-01-01T12:00:00.000Z');
const KEY = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';

function classify(answer: ModuleAnswer) {
  return classifyAnswer('Fleet', answer, { module: 'HR', keyId: KEY, now: NOW });
}

describe("what an owner's answer means for the command", () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599, 301, 302, 307, 100])('%i: try again', (status) => {
    expect(classify({ kind: 'answered', status, body: null }).outcome).toBe('retry');
  });

  it.each([400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 431, 451])('%i: never again', (status) => {
    expect(classify({ kind: 'answered', status, body: null }).outcome).toBe('give-up');
  });

  it('200 with a result: deployed', () => {
    expect(classify({ kind: 'answered', status: 200, body: RESULT })).toEqual({
      outcome: 'deployed',
      result: RESULT,
    });
  });

  it.each([[null], ['<html>'], [{}], [{ ...RESULT, success: false }]])(
    '200 with %j: not the module, or not done; try again',
    (body) => {
      expect(classify({ kind: 'answered', status: 200, body }).outcome).toBe('retry');
    },
  );

  it('409 for an older revision: told apart, with the revision that the owner has', () => {
    const body = { type: 'urn:spark:problem:older-revision', detail: 'Revision 7 is deployed', revision: 7 };
    expect(classify({ kind: 'answered', status: 409, body })).toMatchObject({
      outcome: 'outdated',
      ownerRevision: 7,
    });
  });

  it('nobody there, or not registered yet: try again', () => {
    expect(classify({ kind: 'unreachable', reason: 'ECONNREFUSED' })).toEqual({
      outcome: 'retry',
      reason: 'Fleet cannot be reached: ECONNREFUSED',
    });
    expect(classify({ kind: 'not-registered' }).outcome).toBe('retry');
  });

  it.each([
    [
      '2026-01-01T11:00:00.000Z',
      /^the clock is off by 3600 s: .* 2026-01-01T12:00:00.000Z, ahead of Fleet's, .* 2026-01-01T11:00/,
    ],
    ['2026-01-01T12:00:30.000Z', /^the clock is off by 30 s: .* behind Fleet's/],
    ['yesterday', /^Fleet refuses this module's requests because of their times: the clocks differ$/],
    [7, /the clocks differ$/],
    [undefined, /the clocks differ$/],
  ])('401 for the times, at %s by the owner: try again, and the clock is named', (time, reason) => {
    const body = { type: 'urn:spark:problem:token-times', detail: 'expired', time };
    expect(classify({ kind: 'answered', status: 401, body })).toMatchObject({
      outcome: 'retry',
      reason: expect.stringMatching(reason),
    });
  });

  it('401 for the key: the key and the remedy are named, and no operator token; it may be approved one day', () => {
    const detail = 'A valid module or operator token is needed. Operators show SPARK_OPERATOR_TOKEN';
    const body = { type: 'urn:spark:problem:unauthenticated', detail };
    const verdict = classify({ kind: 'answered', status: 401, body });
    expect(verdict).toMatchObject({ outcome: 'give-up', mayPass: true });
    expect(verdict).toMatchObject({ reason: expect.stringContaining(`SPARK_TRUSTED_KEYS=HR=${KEY}`) });
    expect(JSON.stringify(verdict)).not.toMatch(/operator/i);
  });

  it.each<[string, number, unknown, boolean]>([
    ['a proxy without a backend', 404, null, true],
    ['a proxy that asks for a password', 401, null, true],
    ['a firewall', 403, null, true],
    ['a proxy with a limit of 1 MB', 413, null, true],
    ['a page that does not accept POST', 405, null, true],
    ['a page that is gone', 410, null, true],
    [
      'an application without Spark',
      404,
      { statusCode: 404, message: 'Cannot POST /spark/etl/deploy' },
      true,
    ],
    ['a problem of somebody else', 404, { type: 'about:blank', title: 'Not Found' }, true],
    ['a problem whose type is a number', 400, { type: 7 }, true],
    ['a list', 422, ['urn:spark:problem:invalid'], true],
    ['the owner, which refuses the script', 422, { type: 'urn:spark:problem:script-refused' }, false],
    ['the owner, which does not share it', 403, { type: 'urn:spark:problem:not-shared' }, false],
    ['the owner, because of invalid fields', 400, { type: 'urn:spark:problem:invalid' }, false],
  ])(
    '%s answers %i: a dead letter, which may pass unless it is the owner’s own answer',
    (_who, status, body, mayPass) => {
      expect(classify({ kind: 'answered', status, body })).toMatchObject({ outcome: 'give-up', mayPass });
    },
  );

  it.each<[string, unknown, string]>([
    ['nothing', {}, ''],
    ['a title', { title: 'No' }, ': No'],
    ['a detail instead of the title', { title: 'No', detail: 'Not this' }, ': Not this'],
    ['an empty detail', { title: 'No', detail: '' }, ': No'],
    [
      'a field whose reason is the detail',
      { detail: 'Cars is not shared.', errors: [{ pointer: '/scripts/0', detail: 'Cars is not shared.' }] },
      ': Cars is not shared.',
    ],
    [
      'a field whose reason is a part of the detail',
      {
        detail: 'Two faults: A; B',
        errors: [
          { pointer: '/a', detail: 'A' },
          { pointer: '/b', detail: 'B' },
        ],
      },
      ': Two faults: A; B',
    ],
    [
      'a field with a reason of its own',
      { detail: 'One fault', errors: [{ pointer: '/a', detail: 'too long' }] },
      ': One fault; /a: too long',
    ],
    [
      'a detail that points to the fields',
      { detail: 'A script cannot be deployed; see errors.', errors: [{ pointer: '/a', detail: 'odd' }] },
      ': A script cannot be deployed; /a: odd',
    ],
    ['a field alone', { errors: [{ pointer: '/a', detail: 'too long' }] }, ': /a: too long'],
    ['a field with its line', { errors: [{ detail: 'odd', line: 7 }] }, ': odd (line 7)'],
    ['a reason without a place', { errors: [{ detail: 'odd' }] }, ': odd'],
    ['fields that say nothing', { detail: 'No', errors: [{ pointer: '/a' }, 5, null, []] }, ': No'],
    ['members that are not texts', { detail: 5, title: {}, errors: 'x' }, ''],
  ])('repeats what the owner says only once: %s', (_what, body, said) => {
    expect(classify({ kind: 'answered', status: 422, body })).toMatchObject({
      reason: `Fleet answered 422${said}`,
    });
  });

  it("carries the owner's own reason, including fields, up to a limit", () => {
    const body = {
      type: 'urn:spark:problem:script-refused',
      title: 'A script was refused',
      detail: 'Script Cars cannot run',
      errors: [{ pointer: '/scripts/0/script', detail: 'Unexpected token', line: 3 }, 'odd', null],
    };
    expect(classify({ kind: 'answered', status: 422, body })).toEqual({
      outcome: 'give-up',
      mayPass: false,
      reason: 'Fleet answered 422: Script Cars cannot run; /scripts/0/script: Unexpected token (line 3)',
    });
    const endless = { detail: 'x'.repeat(100_000) };
    const verdict = classify({ kind: 'answered', status: 400, body: endless });
    expect('reason' in verdict && verdict.reason.length).toBeLessThan(1_100);
  });
});
