import type { Submitter } from '../job/job.ts';

/** The result of one check of a test. */
export interface TestCheck {
  name: string;
  passed: boolean;
  expected: string;
  actual: string;
  jobId: string | null;
}

export const TEST_TYPES = ['load', 'regression', 'edge'] as const;
/** The kind of a test. */
export type TestType = (typeof TEST_TYPES)[number];

/** A test's report: `GET /api/tests/{testId}`. */
export interface TestReport {
  testId: string;
  testType: TestType;
  status: 'Running' | 'Passed' | 'Failed';
  backend: string;
  jobIds: string[];
  startedAt: string;
  executionTimeMs: number;
  /** The total size of all inputs in bytes. */
  dataSize: number;
  checks: TestCheck[];
  figures: Record<string, number>;
}

/** A test as stored. */
export interface KeptTest {
  report: TestReport;
  submittedBy: Submitter;
  /** When its process stored this; absent in tests of earlier versions. */
  saidAt?: string;
}

/** A test of which nothing was heard for so long has ended with its process, in milliseconds. */
const GONE_AFTER_MS = 300_000;

/** The check that a test fails which does not come to its end. */
export const COMES_TO_ITS_END = 'the test has come to its end';

/** The report as it is shown: a test does not run forever because its process was killed. */
export function reportNow({ report, saidAt = report.startedAt }: KeptTest, now = Date.now()): TestReport {
  if (report.status !== 'Running' || now - Date.parse(saidAt) < GONE_AFTER_MS) return report;
  const actual = 'its process has not been heard from for minutes';
  const check = { name: COMES_TO_ITS_END, passed: false, expected: 'yes', actual, jobId: null };
  return { ...report, status: 'Failed', checks: [...report.checks, check] };
}

/** Collects the findings of a test. */
export class TestNotes {
  readonly jobIds: string[] = [];
  readonly checks: TestCheck[] = [];
  readonly figures: Record<string, number> = {};
  dataSize = 0;

  check(name: string, expected: unknown, actual: unknown, jobId: string | null = null): void {
    const [wanted, found] = [textOf(expected), textOf(actual)];
    this.checks.push({ name, passed: wanted === found, expected: wanted, actual: found, jobId });
  }
}

function textOf(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 2_000);
}
