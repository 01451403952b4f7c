import { writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { JestReport } from './summary.ts';

export const root = join(import.meta.dirname, '..', '..');

/** The order of shorter ones makes no difference. */
const LONG_SECONDS = 10;

/** The duration of each long suite that passed, in seconds, longest first. */
export function durationsOf({ testResults }: JestReport): Record<string, number> {
  const all = testResults
    .filter(({ status }) => status === 'passed')
    .map(({ name, startTime, endTime }): [string, number] => [
      relative(root, name).replaceAll(sep, '/'),
      Math.round((endTime - startTime) / 1_000),
    ]);
  const long = all.filter(([, seconds]) => seconds >= LONG_SECONDS);
  return Object.fromEntries(long.toSorted(([, one], [, other]) => other - one));
}

/** For `longest-first.ts`. */
export async function writeDurations(report: JestReport): Promise<void> {
  const text = JSON.stringify(durationsOf(report), null, 2);
  await writeFile(join(import.meta.dirname, 'durations.json'), `${text}\n`);
}
