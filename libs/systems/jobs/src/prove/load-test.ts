import type { JobView } from '../serve/view.ts';
import type { TestJobs } from './test-jobs.ts';
import type { TestNotes } from './test-report.ts';

const MOST_JOBS = 20;
const COLLECTION = 'Orders';
const SCRIPT = 'loadToOrders({ Price: this.Price, Count: this.Count, Note: this.Note });';

/** Processes this many records in jobs, and measures how long submitting, waiting and running took. */
export async function runLoadTest(jobs: TestJobs, notes: TestNotes, records: number): Promise<void> {
  const size = Math.ceil(records / Math.min(MOST_JOBS, records));
  const began = performance.now();
  const submitted: { jobId: string; ms: number }[] = [];
  for (let from = 0; from < records; from += size) {
    const documents = Array.from({ length: Math.min(size, records - from) }, (_, index) =>
      recordOf(from + index),
    );
    const at = performance.now();
    const { jobId } = await jobs.submit({
      name: 'load test',
      transformation: { kind: 'script', collection: COLLECTION, script: SCRIPT },
      input: { documents },
    });
    submitted.push({ jobId, ms: performance.now() - at });
  }
  const ended: JobView[] = [];
  for (const { jobId } of submitted) ended.push(await jobs.ended(jobId));
  const ms = performance.now() - began;
  const succeeded = ended.filter(({ status }) => status === 'Succeeded');
  notes.check('all jobs have succeeded', ended.length, succeeded.length);
  const documents = ended.reduce((sum, { result }) => sum + (result?.documents ?? 0), 0);
  notes.check('all records have come out', records, documents);
  const failed = ended.reduce((sum, { result }) => sum + (result?.failed ?? 0), 0);
  notes.check('no record has failed', 0, failed);
  Object.assign(notes.figures, {
    recordsPerSecond: Math.round((1_000 * records) / ms),
    ...percentiles(
      'submit',
      submitted.map((one) => one.ms),
    ),
    ...percentiles(
      'queue',
      ended.map(({ createdAt, startedAt }) => between(createdAt, startedAt)),
    ),
    ...percentiles(
      'run',
      ended.map(({ startedAt, endedAt }) => between(startedAt, endedAt)),
    ),
  });
}

function recordOf(number: number) {
  const id = `orders/${number}`;
  return {
    id,
    document: { Price: (number % 97) + 0.5, Count: (number % 7) + 1, Note: `order ${number} – ü` },
  };
}

function between(from: string | null, to: string | null): number {
  return from === null || to === null ? 0 : Math.max(0, Date.parse(to) - Date.parse(from));
}

function percentiles(name: string, values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(100 * (sorted[Math.ceil(share * sorted.length) - 1] ?? 0)) / 100;
  return { [`${name}P50Ms`]: at(0.5), [`${name}P99Ms`]: at(0.99) };
}
