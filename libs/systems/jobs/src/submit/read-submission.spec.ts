import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { readJob } from '../job/read-job.ts';
import { viewOf } from '../serve/view.ts';
import { fingerprintOf, newJob } from './new-job.ts';
import { readBatch, readSubmission } from './read-submission.ts';

const TRANSFORMATION = { kind: 'handler', handler: 'count' };

function read(more: object, key?: string) {
  return readSubmission(JSON.stringify({ name: 'count', transformation: TRANSFORMATION, ...more }), key);
}

describe('A submission', () => {
  it('counts an option that is null as left out', async () => {
    const { body } = await read({ idempotencyKey: null, runAt: null, labels: null });
    expect([body.idempotencyKey, body.runAt, body.labels]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['2026-W10', '2026-123', '20261126', '2026-11-26T10'])(
    'is refused with a time that is not an instant: %s',
    async (runAt) => {
      await expect(read({ runAt })).rejects.toMatchObject({ errors: [{ pointer: '/runAt' }] });
    },
  );

  it.each(['', 'k'.repeat(257)])(
    'is refused with a key in the header that the body could not have',
    async (key) => {
      await expect(read({}, key)).rejects.toMatchObject({ errors: [{ pointer: '/idempotencyKey' }] });
    },
  );

  it.each([
    ['priority', '5', 'priority must be a whole number'],
    ['timeoutMs', '1', 'timeoutMs must be a whole number'],
    ['labels', 'x', 'labels must be an array'],
    ['name', 7, 'name must be a string'],
    ['retry', 'x', 'retry must be an object'],
  ])('is refused for the type of %s before any other rule', async (field, value, detail) => {
    await expect(read({ [field]: value })).rejects.toMatchObject({
      errors: [{ pointer: `/${field}`, detail }],
    });
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '9223372036854775807',
    '9007199254740992',
    '123456789012345678901234567890',
    '1e400',
    '-1e-400',
  ])('is refused with an argument of a statement that would become another number: %s', async (number) => {
    const text = (value: string) =>
      `{"name":"count","transformation":{"kind":"sql","sql":"SELECT :id","args":{"id":${value}}}}`;
    await expect(readSubmission(text(number))).rejects.toMatchObject({
      errors: [{ pointer: '/transformation/args/id', detail: expect.stringContaining('a string') }],
    });
    for (const exact of [`"${number}"`, '9007199254740991', '1.10', '1e300', '100000000000000000000'])
      expect((await readSubmission(text(exact))).transformation.kind).toBe('sql');
  });

  it.each(['9007199254740993', '1.0', '-0', '1e400', '1.10', '12E2', '[1.0,{"b":1e400}]'])(
    'keeps the number %s of its metadata and arguments as it is written, in the store and in answers',
    async (number) => {
      const written = `{"a":${number},"toString":1}`;
      const args = number.includes('400') ? '{"a":1.0}' : number.startsWith('9007') ? '{}' : written;
      const transformation = `{"kind":"sql","sql":"SELECT :a","args":${args}}`;
      const text = `{"name":"count","metadata":${written},"transformation":${transformation}}`;
      const submission = await readSubmission(text);
      const parts = { jobId: 'a', input: null, submittedBy: specJob('a').submittedBy, fingerprint: '' };
      const job = newJob(submission, { ...parts, batch: null });
      const stored = readJob(JSON.stringify(job), 'a');
      if (!stored) throw new Error('it cannot be read');
      const shown = JSON.stringify(viewOf({ job: stored, revision: 1 }));
      for (const answer of [JSON.stringify(stored), shown]) {
        expect(answer).toContain(`"metadata":${written}`);
        expect(answer).toContain(`"args":${args}`);
      }
      // In memory it is what JavaScript makes of it.
      expect(stored.metadata).toEqual(JSON.parse(written));
      expect(fingerprintOf(await readSubmission(text.replace(number, '7')))).not.toBe(
        fingerprintOf(submission),
      );
    },
  );

  it.each(['[1]', '1.0', '"1"'])('is refused with arguments of a statement that are %s', async (args) => {
    const transformation = `{"kind":"sql","sql":"SELECT 1","args":${args}}`;
    const text = `{"name":"count","transformation":${transformation}}`;
    await expect(readSubmission(text)).rejects.toMatchObject({
      errors: [{ pointer: '/transformation/args' }],
    });
  });

  it('has the key of the header', async () => {
    expect((await read({}, 'once')).body.idempotencyKey).toBe('once');
  });

  it('is refused when its key is not that of the header', async () => {
    expect((await read({ idempotencyKey: 'once' }, 'once')).body.idempotencyKey).toBe('once');
    await expect(read({ idempotencyKey: 'twice' }, 'once')).rejects.toMatchObject({
      errors: [{ pointer: '/idempotencyKey' }],
    });
  });

  it('of a batch is named by its place when it is not an object', async () => {
    const jobs = [{ name: 'count', transformation: TRANSFORMATION }, 5];
    await expect(readBatch(JSON.stringify({ jobs }))).rejects.toMatchObject({
      errors: [{ pointer: '/jobs/1' }],
    });
  });

  it.each(['5', '1.10', '-0', '1e400'])('is not a number, however it is written: %s', async (number) => {
    await expect(readSubmission(number)).rejects.toThrow('The body must be a JSON object.');
    await expect(readBatch(`{"jobs":[${number}]}`)).rejects.toMatchObject({
      errors: [{ pointer: '/jobs/0', detail: 'has to be a JSON object' }],
    });
    const withInput = (input: string) =>
      readSubmission(`{"name":"count","transformation":${JSON.stringify(TRANSFORMATION)},"input":${input}}`);
    await expect(withInput(number)).rejects.toMatchObject({
      errors: [{ pointer: '/input', detail: 'has to be a JSON object' }],
    });
    await expect(withInput(`{"documents":[${number}]}`)).rejects.toMatchObject({
      errors: [{ pointer: '/input/documents/0', detail: expect.stringMatching(/^has to be an object/) }],
    });
  });

  it('of a batch has no key of its own', async () => {
    const job = { name: 'count', transformation: TRANSFORMATION, idempotencyKey: 'once' };
    await expect(readBatch(JSON.stringify({ jobs: [job] }))).rejects.toMatchObject({
      errors: [{ pointer: '/jobs/0/idempotencyKey' }],
    });
  });

  it('of an application on Apache Spark keeps its arguments and properties, which are texts', async () => {
    const app = {
      kind: 'spark-app',
      resource: 'file:///app.py',
      args: ['a'],
      properties: { 'spark.x': '1' },
    };
    expect((await read({ transformation: app })).transformation).toEqual(app);
    const wrong = { ...app, args: [1] };
    await expect(read({ transformation: wrong })).rejects.toMatchObject({
      errors: [{ pointer: '/transformation/args' }],
    });
  });
});
