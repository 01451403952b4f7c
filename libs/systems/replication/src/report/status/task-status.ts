import type { EngineName, TaskState } from '@nestjs-spark/contracts';
import type { CarriedBy } from '@nestjs-spark/streaming/internal';

/** A copy that this module keeps of another one's collection, as it stands. */
export interface IncomingTask {
  owner: string;
  /** The task's name at its owner. */
  name: string;
  collection: string;
  /** Null until the owner has taken the request. */
  engine: EngineName | null;
  state: TaskState;
  generation: number | null;
  /** The owner's database that the copy was made from; etags are of it. */
  databaseId: string | null;
  /** Everything up to this etag of the owner's database is applied. */
  position: number | null;
  /** The newest etag of the owner's database that is known here. */
  sourceEtag: number | null;
  /**
   * Changes of the owner's database not applied yet, at most: etags have gaps and count its other collections too. Null when
   * that is not known, as when the owner has not been heard for a minute.
   */
  lag: number | null;
  /** Age of what is applied, in milliseconds; 0 when nothing is missing, null where `lag` is. */
  behindMs: number | null;
  documentsApplied: number;
  documentsDeleted: number;
  /** Copies that this module's store did not take. */
  setAside: number;
  /** All of it is here. */
  complete: boolean;
  /** Why it is not complete, in words; null when it is. */
  incompleteBecause: string | null;
  /** Why it does not move although it should, by a fault on this module's side; null when it moves. Health is red meanwhile. */
  stalledBecause: string | null;
  /** Errors of this instance. */
  errors: number;
  lastError: string | null;
  /** This instance applies it. `carriedBy` says whether another one does where it does not. */
  active: boolean;
  carriedBy: CarriedBy;
}

/** What this module sends to another one, as it stands. */
export interface OutgoingTask {
  requester: string;
  name: string;
  collection: string;
  engine: EngineName;
  engineReason: string;
  state: TaskState;
  generation: number;
  /** Everything up to this etag has left this module. */
  position: number | null;
  /** What the requester has confirmed. */
  confirmedEtag: number | null;
  sourceEtag: number | null;
  /** Etags between what is confirmed and the newest one, at most; null when that is not known. */
  lag: number | null;
  /** Age of what is confirmed, in milliseconds; 0 when nothing is missing, null when that is not known. */
  behindMs: number | null;
  /** The first copy was sent completely. */
  complete: boolean;
  documentsRead: number | null;
  documentsTotal: number | null;
  /** Documents whose script failed; they are not at the requester. */
  setAside: number | null;
  /** `best-effort`: a delete that RavenDB cleaned away before it was read is missed. */
  deletes: 'kept' | 'best-effort';
  errors: number;
  lastError: string | null;
  active: boolean;
  carriedBy: CarriedBy;
}

export function lagOf(position: number | null, sourceEtag: number | null): number | null {
  return position === null || sourceEtag === null ? null : Math.max(0, sourceEtag - position);
}
