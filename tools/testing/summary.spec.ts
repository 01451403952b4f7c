import { describe, expect, it } from '@jest/globals';
import { countLine, summarize } from './summary.ts';

const skippedTest = (ancestorTitles: string[], fullName: string) => ({
  status: 'pending',
  ancestorTitles,
  fullName,
});

const report = {
  numPassedTests: 5,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 2,
  testResults: [
    {
      name: 'copies.spec.ts',
      status: 'passed',
      startTime: 0,
      endTime: 1,
      assertionResults: [
        { status: 'passed', ancestorTitles: ['copies'], fullName: 'copies cars' },
        skippedTest(['copies [left out: no nats: not there]'], 'copies needs real servers'),
        skippedTest(['copies [left out: no nats: not there]'], 'copies needs real servers, too'),
        skippedTest(['plans'], 'plans nothing'),
      ],
    },
  ],
};

describe('the summary of a test run', () => {
  it('counts a suite that could not be loaded as a failure', () => {
    expect(countLine(summarize(report))).toBe('5 passed, 3 failed, 3 skipped');
  });

  it('names each suite that was left out once', () => {
    expect(summarize(report).leftOut).toEqual(['copies [left out: no nats: not there]']);
  });

  it('tells tests that were skipped for another reason', () => {
    expect(summarize(report).otherSkipped).toEqual(['plans nothing']);
  });
});
