import type { Etag } from '@nestjs-spark/contracts';
import { idKey, isCopyOf, type IdRule } from '@nestjs-spark/contracts/internal';
import { hasMark, type CopyContent } from './copy-content.ts';
import type { ExpectedCopy } from './expected.ts';

export type FindingKind = 'missing' | 'stale' | 'ghost' | 'foreign';

/** `moving`: it was changed after the owner was asked, so that nothing can be said. */
export type Verdict = 'equal' | 'moving' | { kind: FindingKind; reason: string };

/** What a copy of one task has to have beside its content. */
export interface CopyOrigin {
  /** The plain name of the task's copies. */
  name: string;
  /** `spark-source`. */
  source: string;
  /** How the owner's store tells ids apart. */
  rule: IdRule;
  /** `spark-generation`. */
  generation: string;
}

/** Between which etags of the source it was seen what a copy has to be; `applied`: up to where it is known to be applied. */
export interface Seen {
  before: Etag;
  applied: Etag;
}

/** Judges what is stored under the id of a copy that the script makes. */
export function judgeCopy(
  expected: ExpectedCopy,
  there: CopyContent | null,
  origin: CopyOrigin,
  seen: Seen,
): Verdict {
  if (there === null) return { kind: 'missing', reason: 'there is no copy' };
  const isMarked =
    there.generation === origin.generation && isSameSource(there.copyOf, origin) && isPossible(there, seen);
  // Any document with these marks is a copy of this task.
  if (isMarked && hasMark(there, expected.mark)) return 'equal';
  if (!isCopyOf(origin.name)(there)) {
    const what = there.generation === null ? "a document of this module's own" : 'a copy of another task';
    return { kind: 'foreign', reason: `the id holds ${what}` };
  }
  if (isNewer(there, seen)) return 'moving';
  if (!isMarked) return { kind: 'stale', reason: 'its metadata is not what the engine wrote' };
  return { kind: 'stale', reason: `it is not what the script makes of ${origin.source}` };
}

function isSameSource(copyOf: string | null, { rule, source }: CopyOrigin): boolean {
  return copyOf === source || (copyOf !== null && idKey(rule, copyOf) === idKey(rule, source));
}

/** Judges a copy that the script does not make. */
export function judgeStray(
  there: Pick<CopyContent, 'copyOf' | 'generation' | 'sourceEtag'> | null,
  { name, source }: Pick<CopyOrigin, 'name' | 'source'>,
  seen: Seen,
): Verdict {
  if (there === null || !isCopyOf(name)(there)) return 'equal';
  if (isNewer(there, seen)) return 'moving';
  return { kind: 'ghost', reason: `the script makes no such copy of ${source}` };
}

function isNewer(there: Pick<CopyContent, 'sourceEtag'>, seen: Seen): boolean {
  return there.sourceEtag !== null && there.sourceEtag > seen.before && isPossible(there, seen);
}

/** A copy cannot be of a change that was never applied: another writer has written it. */
function isPossible({ sourceEtag }: Pick<CopyContent, 'sourceEtag'>, { applied }: Seen): boolean {
  return sourceEtag !== null && sourceEtag <= applied;
}
