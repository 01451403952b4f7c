import type { EngineName, TaskState } from '@nestjs-spark/contracts';

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
  /** Everything up to this etag of the owner's database is applied. */
  position: number | null;
  /** The newest etag of the owner's database that is known here. */
  sourceEtag: number | null;
  /** Changes of the owner's database not applied yet, at most: etags have gaps and count its other collections too. */
  lag: number | null;
  /** Age of what is applied, in milliseconds; 0 when nothing known is missing. */
  behindMs: number | null;
  documentsApplied: number;
  documentsDeleted: number;
  /** Copies that this module's store did not take. */
  setAside: number;
  /** All of it is here. */
  complete: boolean;
  /** Why it is not complete, in words; null when it is. */
  incompleteBecause: string | null;
  errors: number;
  lastError: string | null;
  /** This instance applies it; false where another instance of the module does. */
  active: boolean;
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
  lag: number | null;
  /** The first copy was sent completely. */
  complete: boolean;
  documentsRead: number | null;
  documentsTotal: number | null;
  /** Documents whose script failed; they are not at the requester. */
  setAside: number | null;
  /** `best-effort`: a delete may be missed until copies are compared. */
  deletes: 'kept' | 'best-effort';
  errors: number;
  lastError: string | null;
  active: boolean;
}

export function lagOf(position: number | null, sourceEtag: number | null): number | null {
  return position === null || sourceEtag === null ? null : Math.max(0, sourceEtag - position);
}

export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
