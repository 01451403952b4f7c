import type { Submitter } from './job.ts';

/** Whether two submitters are the same. */
export function sameSubmitter(one: Submitter, other: Submitter): boolean {
  return one.kind === other.kind && one.subject === other.subject && one.tenant === other.tenant;
}
