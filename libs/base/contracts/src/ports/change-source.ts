import type { Etag } from '../change-set/change-set.ts';
import type { CounterCopy, TimeSeriesEntry } from '../change-set/extras.ts';
import type { WitnessRecord } from '../change-set/witness.ts';
import type { IdRule } from '../names/id-rules.ts';

/** Reads one database's changes in order. Every method throws `UnavailableError` while the store is unavailable. */
export interface ChangeSource {
  /** How this store compares ids. */
  readonly ids: IdRule;
  /** The database at this moment: its identity, how far its changes go, and the witness of `reader`. */
  identify(reader: string): Promise<SourceIdentity>;
  /** The changes of one collection from an etag on. */
  read(query: FeedQuery): Promise<ChangePage>;
  /** The documents as stored, in the order requested; null for those that do not exist. For a script's `load`. */
  load(ids: string[]): Promise<(SourceDocument | null)[]>;
  /** Resolves when something may have changed after `etag` (too early is allowed, too late is not), or when aborted. */
  wait(etag: Etag, signal: AbortSignal): Promise<void>;
  /**
   * Raises the witness of `reader` from `from` by compare-and-set and returns its new record. Each reader has its own, so that no
   * other reader's raise can hide from it that the database was restored. Uses an etag that no document has.
   * @throws {VersionConflictError} when it is no longer at `from`
   */
  raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord>;
  /**
   * Tells the store what every reader has confirmed: deletes up to `etag` need not be kept any longer. Also creates what retains
   * them (the anchor) if that is missing. Calling it again with the same etag is cheap.
   */
  keepDeletesAfter(etag: Etag): Promise<void>;
  /** How many documents a collection has now; only for progress reports. */
  count(collection: string): Promise<number>;
  /** Access to extras; absent when the store has none. */
  readonly extras?: SourceExtras;
}

/** Reads documents' extras: attachments, counters, time series. */
export interface SourceExtras {
  /** The current counters of these documents, in the order requested; missing ones are left out. */
  counters(wanted: { id: string; names: string[] }[]): Promise<CounterCopy[][]>;
  /** The entries in a range, inclusive, in ascending order; null: unbounded. Empty when the series does not exist. */
  timeSeries(id: string, name: string, from: string | null, to: string | null): Promise<TimeSeriesEntry[]>;
  /** Streams an attachment's content, with its hash; null when it does not exist. */
  openAttachment(
    id: string,
    name: string,
  ): Promise<{ hash: string; content: AsyncIterable<Uint8Array> } | null>;
}

export interface SourceIdentity {
  databaseId: string;
  lastEtag: Etag;
  witness: WitnessRecord;
}

export interface FeedQuery {
  collection: string;
  /** First etag wanted. */
  from: Etag;
  /** Deletes up to here are irrelevant: the reader began its first read at this etag. */
  deletesAfter: Etag;
  /** Approximate maximum of documents; a page may be shorter although more follow. */
  limit: number;
  /** Do not answer with data that was read ahead before this call. Default false. */
  fresh?: boolean;
  /** Also report (as `touch`) changes of counters or time series, which change no document. Default: neither. */
  follow?: Follow;
}

/** Which changes of extras to report. */
export interface Follow {
  counters: boolean;
  timeSeries: boolean;
}

export interface ChangePage {
  databaseId: string;
  /** The range covered: all changes of the collection with `from <= etag <= to`. `to` is `from - 1` when there are none. */
  from: Etag;
  to: Etag;
  /**
   * When the read began, no document of the collection was left after `to`; there may have been deletes, revisions and changes of
   * extras.
   */
  drained: boolean;
  /** The store's last etag when the read began; below `from - 1` only in a database older than the one read before. */
  lastEtag: Etag;
  /** Ascending by etag. */
  changes: SourceChange[];
  /**
   * Resolved after the page was read, while its changes are already being processed; nothing of the page counts before this
   * resolves.
   */
  deletes: Promise<DeleteCover>;
}

/**
 * `kept`: no delete in the range can be missing. `lost`: the store has dropped deletes that the reader had not read, so it must
 * begin again. `best-effort`: this store gives no guarantee here, so only a comparison finds what was missed.
 */
export type DeleteCover = 'kept' | 'lost' | 'best-effort';

export interface SourceDocument {
  id: string;
  collection: string;
  /** `spark-source` when this is itself a copy, else null. */
  copyOf: string | null;
  /** UTF-8 JSON text of the whole document as stored, `@metadata` included. */
  json: Uint8Array;
}

export type SourceChange =
  | ({
      kind: 'put';
      etag: Etag;
    } & SourceDocument)
  | ({
      /** Only extras have changed: the document is as before, or its own change is on this page or a later one. */
      kind: 'touch';
      etag: Etag;
      /** Whether counter values have changed. */
      counters: boolean;
      /** Ranges of time series whose entries may have changed; null: unbounded. */
      timeSeries: ChangedRange[];
    } & SourceDocument)
  | {
      kind: 'delete';
      etag: Etag;
      /** Lower-cased by the store's own rule, if the store keeps no other form. */ id: string;
    };

export interface ChangedRange {
  name: string;
  from: string | null;
  to: string | null;
}
