import type { EntityDeclaration } from '@nestjs-spark/store/internal';
import {
  enablePeers,
  noteRows,
  PeerPlace,
  PeerRows,
  type SqliteDatabase,
} from '@nestjs-spark/sqlite/internal';
import { drawLetters } from '../carry/letters.ts';
import type { ReadClose, ReadEvents, Refusal } from '../carry/message.ts';
import { isOriginOf } from '../carry/origin.ts';
import { expireDeletes, mayExpire } from '../expire/expire-deletes.ts';
import { type SweptRange, sweepRecords } from '../join/sweep-records.ts';
import { beginLoading, finishLoading, loadRecords } from '../join/load-snapshot.ts';
import { beginSnapshot, type SnapshotHead, type SnapshotPage, snapshotPage } from '../join/take-snapshot.ts';
import type { PeerEvent } from '../merge/event.ts';
import type { PolicyOf } from '../merge/show.ts';
import { nextMessage, type Outgoing } from '../publish/next-message.ts';
import type { Said } from '../publish/said.ts';
import { beginNewLife, type NewLife } from '../receive/begin-new-life.ts';
import type { HeldTag } from '../presence/presence.ts';
import type { RecordName } from '../receive/peer-file.ts';
import { proposeForOthers, type Settled, type Settling } from '../receive/propose-for-others.ts';
import { receiveEvents } from '../receive/receive-events.ts';
import { showUnshown } from './show-unshown.ts';
import type { Applied, Arrival, RefusedMessage } from './arrival.ts';
import type { FileOwner } from './file-owner.ts';
import type { ReadPlace } from './is-another-log.ts';
import { LogClock } from './log-clock.ts';
import { RunOrigins } from './run-origins.ts';
import type { LogState } from './peer-log.ts';

/** A replica's file: each method is one transaction, except for what may concern all of its rows. */
export class PeerStore {
  readonly #database: SqliteDatabase;
  readonly #policyOf: PolicyOf;
  readonly #owner: FileOwner;
  readonly #origins: RunOrigins;
  #collections: readonly string[] = [];
  /** The log's end when the file met it: what is after it has been written since. */
  #endAtStart = Infinity;
  readonly #clock = new LogClock();
  /** What has been said of this run's new lives: another file that goes on says so again with each message. */
  readonly #said = new Set<NewLife>();

  constructor(database: SqliteDatabase, policyOf: PolicyOf, owner: FileOwner) {
    this.#database = database;
    this.#policyOf = policyOf;
    this.#owner = owner;
    this.#origins = new RunOrigins(owner.keyId);
  }

  /** @throws {StoreRefusedError} when a table could refuse what another node has written; also when aborted: the next start continues */
  async begin(
    declarations: readonly EntityDeclaration[],
    clockShiftMs: number,
    signal?: AbortSignal,
  ): Promise<{ position: number; isWhole: boolean }> {
    const { node, keyId } = this.#owner;
    this.#collections = declarations.map(({ collection }) => collection);
    const tag = drawLetters(5).toUpperCase();
    const setup = { origin: this.#origins.draw(), tag, node, clockShiftMs, declarations };
    const begun = await this.#database.alterTables((open) => {
      const file = new PeerRows(open);
      const { isCopy } = enablePeers(open, setup);
      // What another key would have to sign is published under an origin of this one.
      if (isCopy || file.unconfirmedOrigins().some((origin) => !isOriginOf(origin, keyId))) {
        beginNewLife(file, this.#policyOf, this.#origins.draw(), isCopy ? 'cloned' : 'restored');
        this.#said.add('cloned').add('restored');
      }
      return { position: file.position, isWhole: new PeerPlace(open).isWhole };
    });
    await showUnshown(this.#database, this.#policyOf, signal);
    await noteRows(this.#database, this.#collections, signal);
    return begun;
  }

  /**
   * Brings the file to a log that is there now.
   * @param isAnother whether it is known not to be the one that was read, in spite of its name and length
   * @returns the position from which to read, and whether it was replaced by another log, or an older one
   */
  meet(
    { created, lastSequence }: LogState,
    isAnother = false,
  ): Promise<{ position: number; isDamaged: boolean }> {
    this.#endAtStart = Math.min(this.#endAtStart, lastSequence);
    return this.#database.write((open) => {
      const place = new PeerPlace(open);
      const file = new PeerRows(open);
      const { position } = file;
      const isDamaged = place.log !== null && (isAnother || place.log !== created || position > lastSequence);
      if (isDamaged) {
        // Only their own node can say again what another key has signed: under its name, this file's message would be forged.
        for (const origin of file.ownOrigins())
          if (!isOriginOf(origin, this.#owner.keyId)) place.disown(origin);
        place.forgetPlaces();
        file.noteLife('log-damaged', []);
        this.#endAtStart = lastSequence;
      }
      if (place.log !== created) place.log = created;
      return { position: isDamaged ? 0 : position, isDamaged };
    });
  }

  /** What the file has read of the log. */
  place(): Promise<ReadPlace> {
    return this.#database.read((open) => {
      const file = new PeerRows(open);
      const storedAt = new PeerPlace(open).positionAt;
      return { position: file.position, storedAt, tail: file.latestTail() };
    });
  }

  /** What ends the ids that are made here, and the origins under which this file holds it: the current one, and those before. */
  tag(): Promise<HeldTag> {
    return this.#database.read((open) => {
      const { tag, origin } = new PeerPlace(open);
      return { tag, origin, before: new PeerRows(open).ownOrigins() };
    });
  }

  changeTag(): Promise<void> {
    return this.#database.write((open) => {
      new PeerPlace(open).tag = drawLetters(5).toUpperCase();
    });
  }

  /** Messages up to a place are missing, and nobody can bring them any more: the events in them count as known. */
  giveUp(to: number): Promise<void> {
    return this.#database.write((open) => new PeerPlace(open).giveUp(to));
  }

  /** Goes on after messages that were given up. */
  skipTo(position: number): Promise<void> {
    return this.#database.write((open) => {
      new PeerRows(open).position = position;
    });
  }

  /** Somebody has removed all messages of an origin: the next one follows none. */
  forgetTail(origin: string): Promise<void> {
    return this.#database.write((open) => new PeerRows(open).noteTail(origin, 0));
  }

  becomeWhole(): Promise<void> {
    return this.#database.write((open) => new PeerPlace(open).becomeWhole());
  }

  /** Applies messages. After a power cut they may be read once more: whatever depends on them waits for `sync`. */
  apply(arrivals: readonly Arrival[]): Promise<Applied> {
    return this.#database.writeSoon((open) => {
      const file = new PeerRows(open);
      const place = new PeerPlace(open);
      const newLives: NewLife[] = [];
      const refused: RefusedMessage[] = [];
      let rejected = 0;
      for (const { sequence, storedAt, message } of arrivals) {
        if ('events' in message) {
          const why = this.#applyEvents(file, place, { message, storedAt }, newLives);
          if (why) refused.push({ sequence, node: message.node, why });
        } else if (message.kind === 'close') {
          if (this.#applyClose(file, place, message)) newLives.push('retired');
        } else {
          file.noteTailOfKnown(message.origin, sequence);
          file.position = sequence;
          refused.push({ sequence, node: message.node, why: message.kind });
        }
        if (file.rejected > rejected) {
          rejected = file.rejected;
          refused.push({ sequence, node: message.node, why: 'rejected' });
        }
      }
      const news = arrivals.findLast(({ message }) => message.kind !== 'ack');
      if (news) file.news = news.sequence;
      place.positionAt = arrivals.at(-1)?.storedAt ?? null;
      if (this.#clock.ms !== null) place.clock = this.#clock.ms * 1_000;
      const isShared = !this.#origins.has(place.origin);
      return { newLives, refused, clockMs: this.#clock.ms, isShared };
    });
  }

  /** Resolves when the disk has all that was applied. */
  sync(): Promise<void> {
    return this.#database.sync();
  }

  #applyEvents(
    file: PeerRows,
    place: PeerPlace,
    { message, storedAt }: { message: ReadEvents; storedAt: number },
    newLives: NewLife[],
  ): Refusal | null {
    const { origin, node, sequence } = message;
    this.#clock.read(storedAt, origin === place.origin);
    const isNew = sequence > this.#endAtStart;
    const isTwin = isNew && node === this.#owner.node && file.own(origin) === null;
    const received = receiveEvents(file, message, this.#policyOf, () => this.#origins.draw());
    place.hear(origin, { node, at: storedAt, ack: message.ack, knows: message.knows });
    const { expire } = message;
    if (expire !== null && mayExpire(expire, storedAt)) expireDeletes(file, expire, this.#policyOf);
    if (received.newLife) newLives.push('cloned');
    if (received.newLife || isTwin || (received.isOlder && isNew))
      this.#note(file, 'cloned', newLives, received.newLife);
    else if (received.isOlder) this.#note(file, 'restored', newLives, false);
    return received.refused;
  }

  #note(file: PeerRows, why: NewLife, newLives: NewLife[], isNoted: boolean): void {
    if (this.#said.has(why)) return;
    this.#said.add(why);
    if (isNoted) return;
    file.noteLife(why, []);
    newLives.push(why);
  }

  /** @returns whether it is this node that an operator has retired: what it has not published is renumbered */
  #applyClose(file: PeerRows, place: PeerPlace, close: ReadClose): boolean {
    const { origin, sequence, after } = close;
    const isValid = after === file.tailOf(origin) && this.#owner.isProven(close);
    file.noteTailOfKnown(origin, sequence);
    file.position = sequence;
    if (!isValid) return false;
    place.close(origin, sequence);
    if (file.own(origin) === null) return false;
    beginNewLife(file, this.#policyOf, this.#origins.draw(), 'retired');
    return true;
  }

  /** Begins a snapshot of the log that was created then, as far as it is applied. */
  beginSnapshot(created: string): Promise<SnapshotHead> {
    return this.#database.read((open) => {
      const { log } = new PeerPlace(open);
      if (log !== null && log !== created)
        throw new Error('the log has been replaced, and this node has not read the new one yet');
      return beginSnapshot(new PeerRows(open));
    });
  }

  /** The stamp below which lone deletes were forgotten. */
  horizon(): Promise<number> {
    return this.#database.read((open) => new PeerRows(open).horizon);
  }

  snapshotPage(after: RecordName | null, limit: number): Promise<SnapshotPage> {
    return this.#database.read((open) => snapshotPage(new PeerRows(open), after, limit));
  }

  /** @returns whether what is not known to be in the log is renumbered */
  beginLoading(snapshot: SnapshotHead): Promise<boolean> {
    return this.#database.write((open) =>
      beginLoading(new PeerRows(open), snapshot, this.#policyOf, () => this.#origins.draw()),
    );
  }

  /** After a power cut the snapshot is loaded again: the disk has it all once the loading is finished. */
  loadRecords(snapshot: SnapshotHead, events: readonly PeerEvent[]): Promise<void> {
    return this.#database.writeSoon((open) =>
      loadRecords(new PeerRows(open), snapshot, events, this.#policyOf),
    );
  }

  /** @see sweepRecords */
  sweepRecords(snapshot: SnapshotHead, range: SweptRange): Promise<RecordName | null> {
    return this.#database.writeSoon((open) =>
      sweepRecords(new PeerRows(open), snapshot, range, this.#policyOf),
    );
  }

  finishLoading(snapshot: SnapshotHead): Promise<void> {
    return this.#database.write((open) => finishLoading(new PeerRows(open), snapshot));
  }

  /** Settles conflicts that met before a time and that nobody has settled. @returns how many */
  async proposeForOthers(before: number): Promise<number> {
    let settled = 0;
    for (const entity of this.#collections) {
      for (let next: number | null = 0; next !== null;) {
        const from: Settling = { entity, after: next };
        const { proposed, after }: Settled = await this.#database.write((open) =>
          proposeForOthers(new PeerRows(open), this.#policyOf, from, before),
        );
        settled += proposed;
        next = after;
      }
    }
    return settled;
  }

  /** What is said next. @see nextMessage */
  nextMessage(mayAck: boolean, said?: Said, expire?: number | null): Promise<Outgoing | null> {
    return this.#database.read((open) => nextMessage(new PeerRows(open), mayAck, said, expire));
  }

  onWritten(listener: () => void): () => void {
    return this.#database.onWritten(listener);
  }
}
