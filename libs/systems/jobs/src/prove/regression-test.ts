import { REGRESSION_CASES } from './regression-cases.ts';
import type { TestJobs } from './test-jobs.ts';
import type { TestNotes } from './test-report.ts';

/** The results of the cases by name, as SHA-256. */
export type Baseline = Readonly<Record<string, string>>;

/** The results of the cases, and the cases without a result. */
export interface RegressionResult {
  baseline: Baseline;
  failed: string[];
}

/** The baseline that this version was published with. */
export const PUBLISHED_BASELINE: Baseline = Object.fromEntries(
  REGRESSION_CASES.map(({ name, sha256 }) => [name, sha256]),
);

/** Compares the results of the cases with the baseline. */
export async function runRegressionTest(
  jobs: TestJobs,
  notes: TestNotes,
  baseline: Baseline,
): Promise<RegressionResult> {
  const found: Record<string, string> = {};
  const failed: string[] = [];
  for (const { name, script, documents } of REGRESSION_CASES) {
    const job = await jobs.run({
      name: `regression: ${name}`,
      transformation: { kind: 'script', collection: 'Orders', script },
      input: { documents },
    });
    const result = job.result?.sha256;
    const actual = result ?? `${job.status}: ${job.cause?.message ?? 'no cause'}`;
    if (result === undefined) failed.push(`${name} is ${actual}`);
    else found[name] = result;
    notes.check(name, baseline[name] ?? 'no baseline', actual, job.jobId);
  }
  return { baseline: found, failed };
}
