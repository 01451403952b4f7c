import type { JobCause } from '../../../job/job.ts';

/** The configuration of the worker on an executor. */
export interface ExecutorConfig {
  /** The executable that runs `main`. */
  node: string;
  /** The worker's file in the archive. */
  main: string;
  name: string;
  collection: string;
  script: string;
  submitter: string;
  onDocumentFailure: 'keep' | 'fail';
  /** What results depend on: must be the same where the script runs. */
  language: Language;
}

/** Two Node installations with the same language give the same results for the same script. */
export interface Language {
  node: string;
  icu: string;
}

/** The worker's final message. */
export type ExecutorReport = { documents: number; failed: number; cause?: undefined } | { cause: JobCause };

/** The language of this process. */
export function ownLanguage(): Language {
  return { node: process.versions.node.split('.')[0] ?? '', icu: process.versions.icu ?? 'none' };
}
