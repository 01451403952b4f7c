import { describe, expect, it } from '@jest/globals';
import { reportNow, type KeptTest } from './test-report.ts';

const AT = Date.parse('2026-11-27T10:00:00Z');
const TEST: KeptTest = {
  report: {
    testId: 'one',
    testType: 'load',
    status: 'Running',
    backend: 'auto',
    jobIds: [],
    startedAt: new Date(AT).toISOString(),
    executionTimeMs: 0,
    dataSize: 0,
    checks: [],
    figures: {},
  },
  submittedBy: { kind: 'token', subject: 'ann', tenant: null },
};

describe('The report of a test that runs', () => {
  it('says that it runs for as long as its process says so', () => {
    const saidAt = new Date(AT + 3_600_000).toISOString();
    expect(reportNow({ ...TEST, saidAt }, AT + 3_620_000).status).toBe('Running');
    expect(reportNow(TEST, AT + 20_000).status).toBe('Running');
  });

  it('says that it has failed when nothing was heard of its process', () => {
    expect(reportNow(TEST, AT + 600_000)).toMatchObject({
      status: 'Failed',
      checks: [{ name: 'the test has come to its end', passed: false }],
    });
  });

  it('is not changed by time once it has ended', () => {
    const ended: KeptTest = { ...TEST, report: { ...TEST.report, status: 'Passed' } };
    expect(reportNow(ended, AT + 600_000)).toBe(ended.report);
  });
});
