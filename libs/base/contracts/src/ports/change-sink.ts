import type { ChangeCommand, Etag } from '../change-set/change-set.ts';
import type { Witness } from '../change-set/witness.ts';
import type { IdRule } from '../names/id-rules.ts';
import type { Overwrite } from '../documents/in-the-way.ts';
import type { StandingCopy } from '../documents/meant-copies.ts';
import type { TaskLog } from './change-log.ts';

/** Where a reader stands with the copies of one name. Lives in the database of the copies and moves in the same transaction as they do. */
export interface Checkpoint {
  /** The plain name of the copies, such as `Fleet/HR/Cars`; see `copies-name.ts`. */
  name: string;
  generation: number;
  incarnation: string;
  databaseId: string;
  /** How the owner's store tells ids apart, by which the owner's word on a copy is meant. Absent: `UNNAMED_RULE`. */
  ids?: IdRule;
  /** Some id that was put in this generation has letters beyond ASCII. */
  beyondAscii?: boolean;
  /**
   * All copies of this generation were found by their store's own rule. Absent: an older version wrote it, which did not
   * find some whose ids have letters beyond ASCII.
   */
  foundByRule?: boolean;
  /** Everything up to this etag of the source is applied. */
  to: Etag;
  live: boolean;
  /** Fingerprint of the script that made the copies. */
  script: string;
  witness: Witness;
  /** Some set of this task was signed by its owner: from then on no other is taken. */
  signed?: boolean;
  /** Where to read next in the log; void when the stream was created at another time. */
  sequence: number;
  streamCreated: string;
  /** Copies of older generations are removed (only ever true when `live`). */
  swept: boolean;
  /** Over all generations: sets applied, documents put, copies that were there and are deleted. */
  setsApplied: number;
  documentsPut: number;
  documentsDeleted: number;
  /** The owner's clock at `to`, and this module's clock when it was applied; milliseconds since 1970. */
  readAt: number;
  appliedAt: number;
}

/** A checkpoint with the version that fences a late writer; null stands for "not there". */
export interface StoredCheckpoint {
  checkpoint: Checkpoint;
  version: string;
}

/** A copy, as its metadata describes it. */
export interface StoredCopy extends StandingCopy {
  /** The owner's etag of the version that it was made from (`spark-etag`); null when the metadata does not say. */
  sourceEtag: Etag | null;
  /** Another one after each write. */
  version: string;
}

/** A copy with its contents. */
export interface WholeCopy extends StoredCopy {
  /** JSON text of the whole document as stored, `@metadata` included. */
  text: string;
}

/**
 * Applies change sets in one database. Copies and their checkpoint are known by a plain name. Every method throws
 * `UnavailableError` when the store is away, and `StoreRefusedError` when it will not take what it was given.
 */
export interface ChangeSink {
  readCheckpoint(name: string): Promise<StoredCheckpoint | null>;
  listCheckpoints(): Promise<StoredCheckpoint[]>;
  /**
   * Commands and checkpoint in one transaction. A `delete` or `delete-prefix` only touches copies of the checkpoint's name;
   * what the module owns itself is never deleted. A `put` only replaces copies of that name, and what `overwrite`
   * names. Deletes mean ids by the checkpoint's `ids`, over what a copy's `spark-source` says; where this store takes two of
   * the owner's ids for one, the document that comes second is refused. The number of copies removed is added to the
   * checkpoint's `documentsDeleted`. Extras (attachments, counters, time series) only touch copies of that
   * name; a target that cannot have them leaves them out.
   *
   * @param expected the stored checkpoint's version, null when there is none; or the promise of it, while the set before is
   *   still being applied: a store may begin with the commands meanwhile, and when it rejects nothing at all is written
   * @param contents where the attachments' contents are read; without it every `content` counts as missing
   * @param overwrite what a put may replace besides copies of its own name
   * @returns the checkpoint's new version
   * @throws {NotACopyError} when something else stands at ids that are to be put, or the copy of another document of the owner
   *   whose id this store takes for the same; then nothing at all was written
   * @throws {ContentRefusedError} for a document that this store does not take, or not under its own id
   * @throws {ContentMissingError} when an attachment's content is missing; nothing at all was written then
   * @throws {VersionConflictError} when the stored checkpoint is not at `expected`; then nothing at all was written
   */
  apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    contents?: Pick<TaskLog, 'openContent'>,
    overwrite?: Overwrite,
  ): Promise<string>;
  /** Which of these ids hold something that a put of a copy of this name would not replace. */
  findInTheWay(name: string, ids: readonly string[], overwrite?: Overwrite): Promise<string[]>;
  /**
   * All copies of a name, some at a time, in no order.
   * @param ids only the copies at these ids, by this store's rule
   */
  copies(name: string, ids?: readonly string[]): AsyncIterable<StoredCopy[]>;
  /**
   * All copies of a name with their contents, some at a time: those of each collection in the order in which they were
   * written; one that is rewritten meanwhile is repeated at the end. Costs a store much less than looking up each by id.
   */
  wholeCopies(name: string): AsyncIterable<WholeCopy[]>;
  /**
   * Removes these copies, all or none, each only as it was listed. Needs no checkpoint: whoever has written one of them
   * since keeps it.
   * @throws {VersionConflictError} when one has been written since, or is gone
   * @throws {ContentRefusedError} when the store does not let one go
   */
  removeAsListed(copies: readonly Pick<StoredCopy, 'id' | 'version'>[]): Promise<void>;
  /**
   * Removes a checkpoint. Its copies stay.
   * @throws {VersionConflictError} when the checkpoint has moved
   */
  removeCheckpoint(stored: StoredCheckpoint): Promise<void>;
}
