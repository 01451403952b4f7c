import { describe, expect, it } from '@jest/globals';
import { readBody } from '@nestjs-spark/modules/internal';
import fc from 'fast-check';
import { SubmissionBody } from './submission.ts';
import { usualBody } from './usual-body.ts';

const TRANSFORMATION = { kind: 'handler', handler: 'count' };
const NAMES = ['a', 'Zeile 1\u2028', '', '\uFE0F', '😀', 'x'.repeat(256), 'x'.repeat(257), 7, null];
const KEYS = ['order', 'constructor', '__proto__', 'prototype', 'k'.repeat(257), ''];

const value = fc.oneof(
  fc.constantFrom<unknown>(
    ...NAMES,
    0,
    1,
    9,
    10,
    1.5,
    -1,
    604_800_000,
    604_800_001,
    true,
    [],
    {},
    [1],
    ['x'],
  ),
  fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom<unknown>('x', 1, null, {}, [1])),
);
const transformation = fc.oneof(
  value,
  fc.record(
    {
      kind: fc.constantFrom<unknown>('handler', 'script', 'sql', 'other', 1),
      handler: value,
      script: value,
      collection: value,
      args: value,
    },
    { requiredKeys: [] },
  ),
);
const submission = fc.record(
  {
    name: value,
    transformation: fc.oneof(fc.constant(TRANSFORMATION), transformation),
    backend: value,
    priority: value,
    labels: fc.oneof(
      value,
      fc.array(fc.constantFrom<unknown>('a-1', 'ä', 1, 'x'.repeat(65)), { maxLength: 17 }),
    ),
    metadata: value,
    timeoutMs: value,
    queueTimeoutMs: value,
    runAt: value,
    retry: fc.oneof(value, fc.record({ attempts: value, delaysSeconds: value }, { requiredKeys: [] })),
    cache: fc.constantFrom<unknown>('use', 'off', 'no', 1),
    other: value,
  },
  { requiredKeys: ['name', 'transformation'] },
);

describe('A common submission', () => {
  it('is read without evaluating each rule, with the same result', async () => {
    const usual = {
      metadata: { order: 1 },
      name: 'a',
      retry: { attempts: 2 },
      transformation: TRANSFORMATION,
      labels: ['x'],
    };
    const body = usualBody(usual);
    expect(body).toEqual(await readBody(SubmissionBody, Buffer.from(JSON.stringify(usual))));
    // Its digest is that of its text: the order of the fields is not the caller's.
    expect(JSON.stringify(body)).toBe(
      JSON.stringify(await readBody(SubmissionBody, Buffer.from(JSON.stringify(usual)))),
    );
  });

  it.each(['toString', 'valueOf', 'hasOwnProperty', 'order'])(
    'has the same metadata as with the rules when a name is %s',
    async (name) => {
      const given = { name: 'a', transformation: TRANSFORMATION, metadata: { [name]: 'x' } };
      const byRules = await readBody(SubmissionBody, Buffer.from(JSON.stringify(given)));
      expect(usualBody(given) ?? byRules).toEqual(byRules);
    },
  );

  it('is never one that the rules would refuse', async () => {
    await fc.assert(
      fc.asyncProperty(submission, async (options) => {
        const given = JSON.parse(JSON.stringify(options)) as Record<string, unknown>;
        const body = usualBody(given);
        if (body !== null)
          expect(await readBody(SubmissionBody, Buffer.from(JSON.stringify(given)))).toEqual(body);
      }),
      { numRuns: 500 },
    );
  });
});
