import { type PolicyOf, shownOf } from '../merge/show.ts';
import type { PeerFile } from './peer-file.ts';

/** Makes a record look as its heads say. */
export function showHeads(file: PeerFile, entity: string, recordId: string, policyOf: PolicyOf): void {
  const heads = file.heads(entity, recordId);
  const resolutions = heads.length > 1 ? file.resolutions(heads) : [];
  file.show(entity, recordId, shownOf(heads, resolutions, policyOf(entity)));
}
