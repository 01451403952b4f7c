/** The part of Jest's JSON report that is counted. */
export interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numRuntimeErrorTestSuites: number;
  testResults: {
    /** The path of the suite. */
    name: string;
    status: string;
    /** In milliseconds. */
    startTime: number;
    endTime: number;
    assertionResults: { status: string; ancestorTitles: string[]; fullName: string }[];
  }[];
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The suites that were skipped because a server is missing, with the reason in their titles. */
  readonly leftOut: readonly string[];
  /** Tests that were skipped for other reasons. */
  readonly otherSkipped: readonly string[];
}

/** Counts a report. A suite that could not be loaded has no tests to count and counts as one failure. */
export function summarize(report: JestReport): Summary {
  const skipped = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending' || status === 'todo');
  const leftOutTitle = (titles: readonly string[]) => titles.find((title) => title.includes('[left out:'));
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    leftOut: [...new Set(skipped.flatMap(({ ancestorTitles }) => leftOutTitle(ancestorTitles) ?? []))],
    otherSkipped: skipped
      .filter(({ ancestorTitles }) => leftOutTitle(ancestorTitles) === undefined)
      .map(({ fullName }) => fullName),
  };
}

/** The final line of a run. */
export function countLine({
  passed,
  failed,
  skipped,
}: Pick<Summary, 'passed' | 'failed' | 'skipped'>): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
