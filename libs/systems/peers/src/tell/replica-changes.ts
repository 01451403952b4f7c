import { type Stored, VERSION } from '@nestjs-spark/contracts';
import { describeError, keepRunning, type Logger, Nudge } from '@nestjs-spark/foundation/internal';
import {
  type ChangedRecord,
  changedRecords,
  lastTakenIn,
  type SqliteDatabase,
} from '@nestjs-spark/sqlite/internal';
import type { PeerEntity } from '../declare/find-entities.ts';
import { replicatedOptionsOf } from '../declare/replicated-entity.ts';
import { PeersSettingsError } from '../settings/options.ts';

/** A document of a replicated collection that was created, changed or deleted, on this node or on another. */
export interface ReplicaChange<T> {
  readonly id: string;
  /** As this node has it now; null if it is deleted. */
  readonly document: Stored<T> | null;
  /** The node that wrote the change; null if unknown. */
  readonly node: string | null;
  /** Whether it was written on this node. */
  readonly isLocal: boolean;
}

type Call = (change: ReplicaChange<object>) => void | Promise<void>;

/** One subscription. Each ends separately, even if the same function is subscribed several times. */
interface Listener {
  readonly call: Call;
}

export interface ReplicaChangesParts {
  readonly database: SqliteDatabase;
  readonly node: string;
  readonly entities: readonly PeerEntity[];
  readonly logger: Logger;
  /** How long a stopping node waits for a listener, in milliseconds. */
  readonly endMs?: number;
}

const END_MS = 3_000;
const PAGE = 200;
/** Other programs write without notice. */
const LOOK_MS = 1_000;

/**
 * Tells this process about changes of replicated documents, after their transactions, wherever they were written. Inject it by its class.
 */
export class ReplicaChanges {
  readonly #parts: ReplicaChangesParts;
  readonly #listeners = new Map<object, Set<Listener>>();
  /** The last event, in the order in which the file took them, that was looked at; null before the replica has begun. */
  #position: number | null = null;
  /** Pending while the position is moved to where the first listener began to listen. */
  #beginning: Promise<void> | null = null;
  /** How the log refers to the listener that is being called, in case the node stops without it. */
  #calling: string | null = null;

  /** Constructed by the Nest module. */
  constructor(parts: ReplicaChangesParts) {
    this.#parts = parts;
  }

  /**
   * Calls `listener` with each document of a collection that changes from now on, one after the other; changes in quick succession are one
   * call. What it throws is logged. A stopping node waits a few seconds for it.
   * @returns a function that unsubscribes
   * @throws {PeersSettingsError} for a class that is not declared as replicated, or with `emit: false`
   */
  on<T extends object>(
    entity: new () => T,
    listener: (change: ReplicaChange<T>) => void | Promise<void>,
  ): () => void {
    refuseSilent(entity);
    const listeners = this.#listeners.get(entity) ?? new Set();
    this.#listeners.set(entity, listeners);
    // Only documents of this class are read for it.
    const one: Listener = { call: listener as Call };
    // The position is out of date: nothing is read while nobody listens.
    if (this.#position !== null && !this.#isHeard) this.#beginAgain();
    listeners.add(one);
    return () => listeners.delete(one);
  }

  /** @returns when aborted */
  async run(signal: AbortSignal): Promise<void> {
    const { database, logger, endMs = END_MS } = this.#parts;
    const nudge = new Nudge();
    // This hears of every write of the process: without listeners, none is worth reading the file.
    const stopHearing = database.onWritten(() => {
      if (this.#isHeard) nudge.nudge();
    });
    const tell = async () => {
      await nudge.wait(signal, LOOK_MS);
      if (!signal.aborted) await this.tell(signal);
    };
    await keepRunning(() => (this.#position === null ? this.begin() : tell()), {
      signal,
      policy: { waitMs: LOOK_MS },
      endMs,
      onFailure: (error) => logger.warn(`Reporting changes to listeners is delayed: ${describeError(error)}`),
    });
    stopHearing();
    if (this.#calling !== null)
      logger.warn(
        `${this.#calling} has not returned: this node stops without it, and does not report the change again`,
      );
  }

  /** What is already in the file is not reported. */
  async begin(): Promise<void> {
    this.#position = await this.#parts.database.read(lastTakenIn);
  }

  /** Reports what was not reported yet, or as much of it as there is time for until aborted: listeners may be slow. */
  async tell(signal?: AbortSignal): Promise<void> {
    await this.#beginning;
    if (!this.#isHeard) return;
    for (let before = -1; before !== this.#position;) {
      before = this.#position ?? 0;
      for (const record of await this.#next(before)) {
        if (signal?.aborted) return;
        await this.#tellOf(record, signal);
      }
    }
  }

  get #isHeard(): boolean {
    return [...this.#listeners.values()].some(({ size }) => size > 0);
  }

  /** If the file cannot be read at the moment, the listener is also notified of earlier changes. */
  #beginAgain(): void {
    this.#beginning = this.begin()
      .catch(() => undefined)
      .finally(() => (this.#beginning = null));
  }

  async #next(after: number): Promise<ChangedRecord[]> {
    const wanted = this.#parts.entities.filter(({ type }) => (this.#listeners.get(type)?.size ?? 0) > 0);
    const { records, last } = await this.#parts.database.read((open) => {
      if (wanted.length === 0) return { records: [], last: lastTakenIn(open) };
      const collections = wanted.map(({ declaration }) => declaration.collection);
      return changedRecords(open, collections, { after, limit: PAGE });
    });
    this.#position = last;
    return records;
  }

  async #tellOf(record: ChangedRecord, signal: AbortSignal | undefined): Promise<void> {
    const { entity, recordId: id, document, version, node } = record;
    const declared = this.#parts.entities.find(({ declaration }) => declaration.collection === entity);
    if (!declared) return;
    const stored = document === null ? null : toStored(declared, id, document, version);
    const change = { id, document: stored, node, isLocal: node === this.#parts.node };
    for (const { call } of this.#listeners.get(declared.type) ?? []) {
      if (signal?.aborted) return;
      this.#calling = `A listener ${call.name === '' ? '' : `(${call.name}) `}for ${id} in ${entity}`;
      try {
        await call(change);
      } catch (error) {
        this.#parts.logger.warn(`${this.#calling} failed: ${describeError(error)}`);
      }
      this.#calling = null;
    }
  }
}

/** A listener that is never called would be taken for a collection that never changes. */
function refuseSilent(entity: new () => object): void {
  const options = replicatedOptionsOf(entity);
  if (options === null)
    throw new PeersSettingsError(`${entity.name} is not replicated: mark it with @ReplicatedEntity().`);
  if (!options.emit)
    throw new PeersSettingsError(
      `${entity.name} is declared with emit: false, so its changes are not reported: omit that to listen to them.`,
    );
}

function toStored({ mapping }: PeerEntity, id: string, document: string, version: string): Stored<object> {
  return Object.assign(mapping.read(document, id), { [VERSION]: version }) as Stored<object>;
}
