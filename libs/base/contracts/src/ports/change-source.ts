import type { Etag } from '../change-set/change-set.ts';
import type { CounterCopy, TimeSeriesEntry } from '../change-set/extras.ts';
import type { WitnessRecord } from '../change-set/witness.ts';
import type { IdRule } from '../names/id-rules.ts';

/** Reads one database's changes in their order. Every method throws `UnavailableError` when the store is away. */
export interface ChangeSource {
  /** How this store tells ids apart. */
  readonly ids: IdRule;
  /** What database this is at this moment, how far its changes go, and what the witness of `reader` says. */
  identify(reader: string): Promise<SourceIdentity>;
  /** The changes of one collection from an etag on. */
  read(query: FeedQuery): Promise<ChangePage>;
  /** The documents as stored, in the order asked for; null where there is none. For a script's `load`. */
  load(ids: string[]): Promise<(SourceDocument | null)[]>;
  /** Resolves when something may have changed after `etag` (too early is allowed, too late is not), or when aborted. */
  wait(etag: Etag, signal: AbortSignal): Promise<void>;
  /**
   * Raises the witness of `reader` from `from` with compare-and-set and returns its new record. Each reader has its own, so
   * that nobody else's raising can hide from it that the database was restored. Takes an etag that no document has.
   * @throws {VersionConflictError} when it is no longer at `from`
   */
  raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord>;
  /**
   * Tells the store what every reader has confirmed: deletes up to `etag` need not be kept any longer.
   * Also makes what keeps them where that is missing. Cheap to call again with the same etag.
   */
  keepDeletesAfter(etag: Etag): Promise<void>;
  /** How many documents a collection has now; for progress only. */
  count(collection: string): Promise<number>;
  /** What hangs on documents; absent where the store has no such thing. Its documents then have none. */
  readonly extras?: SourceExtras;
}

/** Reads what hangs on documents: attachments, counters, time series. */
export interface SourceExtras {
  /** The counters of these documents as they are now, in the order asked for; those that are not there are left out. */
  counters(wanted: { id: string; names: string[] }[]): Promise<CounterCopy[][]>;
  /** The entries in a range, both ends included, in ascending order; null: no end. Empty when there is no such series. */
  timeSeries(id: string, name: string, from: string | null, to: string | null): Promise<TimeSeriesEntry[]>;
  /** An attachment's content as it comes, with its hash; null when it is not there. */
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
  /** Deletes up to here are of no interest: the reader began its first read at this etag. */
  deletesAfter: Etag;
  /** About how many documents at most; a page may be shorter although more is there. */
  limit: number;
  /** Nothing that was read before this call may be in the answer, although it was read ahead. Default false. */
  fresh?: boolean;
  /** Say also (as `touch`) when counters or time series change, which changes no document. Default: neither. */
  follow?: Follow;
}

/** Which changes that change no document are of interest. */
export interface Follow {
  counters: boolean;
  timeSeries: boolean;
}

export interface ChangePage {
  databaseId: string;
  /** What the page covers: all changes of the collection with `from <= etag <= to`. `to` is `from - 1` when nothing is there. */
  from: Etag;
  to: Etag;
  /** No document of the collection was left after `to` when the read began; only deletes, revisions and what hangs on documents may have been. */
  drained: boolean;
  /** The store's last etag when the read began; below `from - 1` only in a database older than the one read before. */
  lastEtag: Etag;
  /** Ascending by etag. */
  changes: SourceChange[];
  /** Looked up after the page was read, while its changes are already worked on; nothing of it counts before this resolves. */
  deletes: Promise<DeleteCover>;
}

/**
 * `kept`: no delete in the range can be missing. `lost`: the store has dropped deletes the reader had not read, so it
 * must begin again. `best-effort`: this store gives no guarantee here, so only a comparison finds what was missed.
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
      /** The document is as it was, or its own change is on this page or a later one; what hangs on it has changed. */
      kind: 'touch';
      etag: Etag;
      /** Whether counters have other values. */
      counters: boolean;
      /** Ranges of time series whose entries may be others; null: no end. */
      timeSeries: ChangedRange[];
    } & SourceDocument)
  | {
      kind: 'delete';
      etag: Etag;
      /** Lowered by the store's own rule, where the store keeps no other. */ id: string;
    };

export interface ChangedRange {
  name: string;
  from: string | null;
  to: string | null;
}
