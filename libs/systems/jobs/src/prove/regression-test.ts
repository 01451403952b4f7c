import { REGRESSION_CASES } from './regression-cases.ts';
import type { TestJobs } from './test-jobs.ts';
import type { TestNotes } from './test-report.ts';

/** The results of the cases by their names, as SHA-256. */
export type Baseline = Readonly<Record<string, string>>;

/** Those that this version was published with. */
export const PUBLISHED_BASELINE: Baseline = Object.fromEntries(
  REGRESSION_CASES.map(({ name, sha256 }) => [name, sha256]),
);

/** Compares what the cases result in with what they resulted in before. */
export async function runRegressionTest(
  jobs: TestJobs,
  notes: TestNotes,
  baseline: Baseline,
): Promise<Baseline> {
  const found: Record<string, string> = {};
  for (const { name, script, documents } of REGRESSION_CASES) {
    const job = await jobs.run({
      name: `regression: ${name}`,
      transformation: { kind: 'script', collection: 'Orders', script },
      input: { documents },
    });
    found[name] = job.result?.sha256 ?? job.cause?.message ?? job.status;
    notes.check(name, baseline[name] ?? 'no baseline', found[name], job.jobId);
  }
  return found;
}
