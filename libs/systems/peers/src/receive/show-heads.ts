import type { PeerEvent } from '../merge/event.ts';
import { type PolicyOf, shownOf } from '../merge/show.ts';
import type { PeerFile, RecordName } from './peer-file.ts';

/** A record with its current heads in the file. */
interface Headed extends RecordName {
  readonly heads: readonly PeerEvent[];
}

/** Sets the content of a record according to its heads. */
export function showHeads(file: PeerFile, { entity, recordId, heads }: Headed, policyOf: PolicyOf): void {
  const resolutions = heads.length > 1 ? file.resolutions(heads) : [];
  const [only, ...others] = heads;
  const data = shownOf(heads, resolutions, policyOf(entity));
  file.show(entity, recordId, data, others.length === 0 ? only : undefined);
}

/** The same for a record whose heads are read from the file. */
export function showRecord(file: PeerFile, entity: string, recordId: string, policyOf: PolicyOf): void {
  showHeads(file, { entity, recordId, heads: file.heads(entity, recordId) }, policyOf);
}
