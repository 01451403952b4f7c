import { loadRecords } from '../src/join/load-snapshot.ts';
import { sweepRecords } from '../src/join/sweep-records.ts';
import type { RecordName } from '../src/receive/peer-file.ts';
import type { MemoryFile } from './memory-file.ts';
import type { Snapshot } from './simulated-log.ts';
import { policyOf } from './violations.ts';

/** Loads the records of a snapshot. @returns false when it was interrupted */
export function loadPages(
  file: MemoryFile,
  { head, pages }: Snapshot,
  isUnswept: boolean,
  isCut: () => boolean,
): boolean {
  let after: RecordName | null = null;
  for (const present of [...pages, null]) {
    if (isCut()) return false;
    if (present) loadRecords(file, head, present, policyOf);
    const to: RecordName | null = present && (present.at(-1) ?? after);
    if (!isUnswept) sweepRecords(file, head, { after, to, present: present ?? [] }, policyOf);
    after = to;
  }
  return true;
}
