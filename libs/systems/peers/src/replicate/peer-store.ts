import type { EntityDeclaration } from '@nestjs-spark/store/internal';
import { enablePeers, PeerPlace, PeerRows, type SqliteDatabase } from '@nestjs-spark/sqlite/internal';
import { drawLetters, freshOrigin } from '../carry/names.ts';
import type { ReadMessage } from '../carry/message.ts';
import { beginLoading, finishLoading, loadRecords } from '../join/load-snapshot.ts';
import { beginSnapshot, type SnapshotHead, type SnapshotPage, snapshotPage } from '../join/take-snapshot.ts';
import type { PeerEvent } from '../merge/event.ts';
import type { PolicyOf } from '../merge/show.ts';
import { type Batch, nextBatch } from '../publish/next-batch.ts';
import type { RecordName } from '../receive/peer-file.ts';
import { proposeForOthers } from '../receive/propose-for-others.ts';
import { receiveEvents } from '../receive/receive-events.ts';
import { showHeads } from '../receive/show-heads.ts';

/** The log as it is at a moment. */
export interface LogState {
  readonly created: string;
  readonly lastSequence: number;
}

/** A message that was read, with its place and time even when it says nothing. */
export interface Arrival {
  readonly sequence: number;
  readonly storedAt: number;
  /** Null for what no node has written. */
  readonly message: ReadMessage | null;
}

/** The outcome of the messages of one transaction. */
export interface Applied {
  readonly newLives: number;
  readonly refused: number;
}

/** A replica's file: each method is one transaction. */
export class PeerStore {
  readonly #database: SqliteDatabase;
  readonly #policyOf: PolicyOf;

  constructor(database: SqliteDatabase, policyOf: PolicyOf) {
    this.#database = database;
    this.#policyOf = policyOf;
  }

  /** @throws {StoreRefusedError} when a table could refuse what another node has written */
  async begin(
    declarations: readonly EntityDeclaration[],
    clockShiftMs: number,
  ): Promise<{ position: number; isWhole: boolean }> {
    const setup = { origin: freshOrigin(), tag: drawLetters(5).toUpperCase(), clockShiftMs, declarations };
    return this.#database.alterTables((open) => {
      const file = new PeerRows(open);
      for (const { entity, recordId } of enablePeers(open, setup))
        showHeads(file, entity, recordId, this.#policyOf);
      return { position: file.position, isWhole: new PeerPlace(open).isWhole };
    });
  }

  /**
   * Brings the file to a log that is there now.
   * @returns the position from which to read, and whether it was replaced by another log, or an older one
   */
  meet({ created, lastSequence }: LogState): Promise<{ position: number; isDamaged: boolean }> {
    return this.#database.write((open) => {
      const place = new PeerPlace(open);
      const { position } = new PeerRows(open);
      const isDamaged = place.log !== null && (place.log !== created || position > lastSequence);
      if (isDamaged) place.forgetPlaces();
      if (place.log !== created) place.log = created;
      return { position: isDamaged ? 0 : position, isDamaged };
    });
  }

  becomeWhole(): Promise<void> {
    return this.#database.write((open) => new PeerPlace(open).becomeWhole());
  }

  apply(arrivals: readonly Arrival[]): Promise<Applied> {
    return this.#database.write((open) => {
      const file = new PeerRows(open);
      const place = new PeerPlace(open);
      let [newLives, refused] = [0, 0];
      for (const { sequence, storedAt, message } of arrivals) {
        if (message === null) {
          file.position = sequence;
          refused++;
          continue;
        }
        place.nameNode(message.origin, message.node);
        if (message.origin === place.origin) place.clock = (storedAt - Date.now()) * 1_000;
        const received = receiveEvents(file, message, this.#policyOf, freshOrigin);
        place.nameNode(message.origin, message.node);
        newLives += received.newLife ? 1 : 0;
        refused += received.refused ? 1 : 0;
      }
      return { newLives, refused };
    });
  }

  /** Begins a snapshot of the log as far as it is applied. */
  beginSnapshot(): Promise<SnapshotHead> {
    return this.#database.read((open) => beginSnapshot(new PeerRows(open)));
  }

  snapshotPage(after: RecordName | null, limit: number): Promise<SnapshotPage> {
    return this.#database.read((open) => snapshotPage(new PeerRows(open), after, limit));
  }

  /** @returns whether what is not known to be in the log is numbered anew */
  beginLoading(snapshot: SnapshotHead): Promise<boolean> {
    return this.#database.write((open) =>
      beginLoading(new PeerRows(open), snapshot, this.#policyOf, freshOrigin),
    );
  }

  loadRecords(snapshot: SnapshotHead, events: readonly PeerEvent[]): Promise<void> {
    return this.#database.write((open) => loadRecords(new PeerRows(open), snapshot, events, this.#policyOf));
  }

  finishLoading(snapshot: SnapshotHead): Promise<void> {
    return this.#database.write((open) => finishLoading(new PeerRows(open), snapshot));
  }

  /** Settles conflicts that met before a time and that nobody has settled. @returns how many */
  proposeForOthers(before: number): Promise<number> {
    return this.#database.write((open) => proposeForOthers(new PeerRows(open), this.#policyOf, before));
  }

  nextBatch(): Promise<Batch | null> {
    return this.#database.read((open) => nextBatch(new PeerRows(open)));
  }

  onWritten(listener: () => void): () => void {
    return this.#database.onWritten(listener);
  }
}
