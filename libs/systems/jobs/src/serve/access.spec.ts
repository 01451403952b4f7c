import { describe, expect, it } from '@jest/globals';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { specJob } from '../fixtures/jobs.ts';
import type { Submitter } from '../job/job.ts';
import { idInBatch, jobIdFor } from '../submit/new-job.ts';
import { maySee, requireOperator } from './access.ts';
import { findInput, keepInput } from './keep-input.ts';

const holder: Submitter = { kind: 'token', subject: 'ci', tenant: null };
const namesake: Submitter = { ...holder, kind: 'jwt' };

describe('A user to whom an issuer gives the name of a static token’s holder', () => {
  it('does not see the holder’s jobs', () => {
    const job = specJob('a', { submittedBy: holder });
    expect(maySee(job, { ...holder, all: false })).toBe(true);
    expect(maySee(job, { ...namesake, all: false })).toBe(false);
    expect(maySee(job, { ...namesake, all: true })).toBe(true);
  });

  it('does not find the holder’s inputs', async () => {
    const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
    const lines = (async function* () {
      yield Buffer.from('{"id":"cars/1","document":{}}\n');
    })();
    const { object } = await keepInput(lines, holder, store, {
      count: () => undefined,
      end: () => undefined,
    });
    expect(await findInput(object, holder, store)).toMatchObject({ object });
    expect(await findInput(object, namesake, store)).toBeNull();
  });

  it('does not meet the holder’s idempotency keys', () => {
    expect(jobIdFor(namesake, 'key')).not.toBe(jobIdFor(holder, 'key'));
    expect(idInBatch('batch', namesake, 0)).not.toBe(idInBatch('batch', holder, 0));
  });
});

describe('What runs any code on the cluster', () => {
  const sql = [{ transformation: { kind: 'sql' as const } }];
  it('is accepted from operators only', () => {
    expect(() => requireOperator(sql, { ...holder, all: false })).toThrow('Only operators may submit sql');
    expect(() => requireOperator(sql, { ...holder, all: true })).not.toThrow();
  });
});
