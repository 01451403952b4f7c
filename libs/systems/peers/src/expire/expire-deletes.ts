import { isSame, type PeerEvent } from '../merge/event.ts';
import { type PolicyOf, shownOf } from '../merge/show.ts';
import { isLogged, loggedHeadsOf } from '../join/take-snapshot.ts';
import type { PeerFile, RecordName } from '../receive/peer-file.ts';
import { showHeads } from '../receive/show-heads.ts';

/** Half of the minimum of `keepDeletesSeconds`: only a hostile member would want later deletes forgotten. */
const LEAST_KEPT_MS = 86_400_000;

/**
 * Whether a message may make nodes forget the deletes below a stamp. Decided by when the log stored it, which is the same for every node.
 */
export function mayExpire(before: number, storedAt: number): boolean {
  return before <= (storedAt - LEAST_KEPT_MS) * 1_000;
}

/**
 * Forgets each delete below a stamp that is the only head of its record. It is called at a place in the log and goes by nothing but what
 * was read up to there, so every node forgets the same deletes.
 */
export function expireDeletes(file: PeerFile, before: number, policyOf: PolicyOf): void {
  file.horizon = Math.max(file.horizon, before);
  for (const record of file.deletedBefore(before)) {
    const [only, ...others] = loggedHeadsOf(file, record);
    if (only?.operation === 'DELETE' && only.hlc < before && others.length === 0)
      expire(file, record, only, policyOf);
  }
}

function expire(file: PeerFile, record: RecordName, only: PeerEvent, policyOf: PolicyOf): void {
  const { entity, recordId } = record;
  const heads = file.heads(entity, recordId);
  const kept = heads.filter((head) => !isSame(head, only));
  const isGone = shownOf(heads, file.resolutions(heads), policyOf(entity)) === null;
  // A change that is not in the log and has lost to the delete would be back without it.
  if (kept.length > 0 && kept.length < heads.length && isGone) file.retract(heads);
  else if (kept.length < heads.length) {
    file.setHeads(entity, recordId, kept, heads);
    showHeads(file, { ...record, heads: kept }, policyOf);
  }
  // All of them: in a log that replaces this one, an earlier event, published again, would bring the record back.
  for (const event of file.historyTo(entity, recordId, Infinity)) if (isLogged(file, event)) file.drop(event);
}
