import type { JobCause } from '../../../job/job.ts';

/** What the worker on an executor is told. */
export interface ExecutorConfig {
  /** The program that runs `main`. */
  node: string;
  /** The worker's own file, in the archive. */
  main: string;
  name: string;
  collection: string;
  script: string;
  submitter: string;
  onDocumentFailure: 'keep' | 'fail';
  /** What the results depend on: has to be the same where the script runs. */
  language: Language;
}

/** Two Nodes with the same language give the same results for the same script. */
export interface Language {
  node: string;
  icu: string;
}

/** What the worker says at its end. */
export type ExecutorReport = { documents: number; failed: number; cause?: undefined } | { cause: JobCause };

/** The language of this process. */
export function ownLanguage(): Language {
  return { node: process.versions.node.split('.')[0] ?? '', icu: process.versions.icu ?? 'none' };
}
