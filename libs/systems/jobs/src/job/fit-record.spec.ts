import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { MOST_SUBMITTED_BYTES, recordOf, requireRoom } from './fit-record.ts';
import type { Job, JobAttempt, JobCause } from './job.ts';
import { readJob } from './read-job.ts';

const attempt = (cause: JobCause | null): JobAttempt => ({
  number: 1,
  runId: 'a:1',
  backend: 'far',
  owner: 'spec',
  startedAt: new Date().toISOString(),
  endedAt: new Date().toISOString(),
  outcome: 'failed',
  cause,
});

describe('The record of a job', () => {
  it('is refused when it leaves no room for the end of the job', () => {
    const full = specJob('a', { metadata: { note: 'x'.repeat(MOST_SUBMITTED_BYTES) } });
    expect(() => requireRoom(full, Infinity)).toThrow('Keep metadata, statements and arguments short');
    expect(() =>
      requireRoom(specJob('a', { metadata: { note: 'x'.repeat(500_000) } }), Infinity),
    ).not.toThrow();
  });

  it('that is as large as it may be still takes the worst that its runs can add', () => {
    const cause: JobCause = {
      class: 'user',
      code: 'thrown',
      message: 'm'.repeat(1_000_000),
      log: `${'l'.repeat(64 * 1024)}end`,
    };
    const inline = '"'.repeat(64 * 1024);
    const result = { form: 'documents', bytes: 1, documents: 1, failed: 0, sha256: '', inline } as const;
    const ended = specJob('a', {
      metadata: { note: 'x'.repeat(520_000) },
      attempts: Array.from({ length: 20 }, () => attempt(cause)),
      cause,
      result: { ...result, cached: false, fromJobId: null, expiresAt: '' },
    });
    const record = recordOf(ended);
    const kept = JSON.parse(record.toString()) as Job;
    expect(record.byteLength).toBeLessThan(1024 * 1024 - 16 * 1024);
    expect([kept.metadata, kept.result, kept.attempts.length]).toEqual([ended.metadata, ended.result, 20]);
    expect(kept.cause?.log).toMatch(/end$/);
  });

  it('keeps its logs where there is room for them', () => {
    const cause: JobCause = { class: 'user', code: 'thrown', message: 'no', log: 'l'.repeat(64 * 1024) };
    const job = specJob('a', { attempts: [attempt(cause)], cause });
    expect(readJob(recordOf(job).toString(), 'a')).toEqual(job);
  });
});
