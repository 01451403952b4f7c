import type { ChangeSetHeader } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';

/**
 * What to do with a set from the log.
 * `apply`: it joins. `covered`: all of it is already applied. `live`: covered, but it reports that the copy is complete, which is
 * news. `past`: it belongs to a generation that is over. `hole`: something between the checkpoint and this set is missing.
 */
export type Decision = 'apply' | 'covered' | 'live' | 'past' | 'hole';

type Standing = Pick<Checkpoint, 'generation' | 'incarnation' | 'databaseId' | 'to' | 'live'>;
type Offered = Pick<ChangeSetHeader, 'generation' | 'incarnation' | 'databaseId' | 'from' | 'to' | 'live'>;

/**
 * Decides by generation, incarnation, database and etags alone. A set's position in the log tells nothing: sequences repeat after
 * a stream was restored or recreated.
 */
export function decide(checkpoint: Standing | null, set: Offered): Decision {
  if (checkpoint === null || set.generation > checkpoint.generation) return set.from <= 1 ? 'apply' : 'hole';
  if (set.generation < checkpoint.generation) return 'past';
  if (set.incarnation !== checkpoint.incarnation) return 'hole';
  if (set.databaseId !== checkpoint.databaseId) return 'hole';
  if (set.to <= checkpoint.to) return set.live && !checkpoint.live ? 'live' : 'covered';
  return set.from <= checkpoint.to + 1 ? 'apply' : 'hole';
}
