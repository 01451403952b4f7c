import { join } from 'node:path';
import { VERSION } from '@nestjs-spark/contracts';
import { LogConflictError, type LogPayload } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import type { SharedLogMessage } from '@nestjs-spark/jetstream/internal';
import { MemoryKeys } from '@nestjs-spark/testing';
import { PeerRows, SqliteDatabase, SqliteRepository } from '@nestjs-spark/sqlite/internal';
import { decodeMessage, encodeMessage, encodeOutgoing, type Writer } from '../src/carry/message.ts';
import { type Batch, nextBatch } from '../src/publish/next-batch.ts';
import type { ConflictResolver } from '../src/merge/resolve.ts';
import type { Applied, Arrival } from '../src/replicate/arrival.ts';
import { PeerStore } from '../src/replicate/peer-store.ts';
import { Snapshots } from '../src/replicate/snapshots.ts';

interface Note {
  title: string;
}

interface Logged {
  sequence: number;
  writer: string;
  headers: LogPayload['headers'];
  payload: Uint8Array;
  storedAt: number;
}

const NOTES = { collection: 'Notes' };

const SERVICE = 'notes';
const keys = new MemoryKeys();

/** A node with its own key; the same name gives the same key. */
export function writerOf(node: string): Writer {
  const signer = keys.signerOf(node);
  return { service: SERVICE, node, signer, key: keys.publicKeyOf(node) };
}

/** A log in memory, and the tails that fence its writers. */
export class Log {
  readonly created: string;
  /** Null for trimmed messages. */
  readonly messages: (Logged | null)[] = [];
  readonly objects = new Map<string, Uint8Array>();
  /** How far its clock is ahead of this machine's. */
  aheadMs = 0;
  readonly #tails = new Map<string, number>();

  constructor(created = 'today') {
    this.created = created;
  }

  get state() {
    return { created: this.created, firstSequence: 1, lastSequence: this.messages.length };
  }

  async describe() {
    return this.state;
  }

  async reach(): Promise<void> {}

  async provision(): Promise<void> {}

  async append(writer: string, message: LogPayload, after: number): Promise<number> {
    if ((await this.tailOf(writer)) !== after) throw new LogConflictError(writer);
    this.say(writer, message);
    return this.messages.length;
  }

  async timeOf(sequence: number): Promise<number | null> {
    return this.messages[sequence - 1]?.storedAt ?? null;
  }

  async tailOf(writer: string): Promise<number> {
    return this.#tails.get(writer) ?? 0;
  }

  /** Existing messages, followed by new ones until aborted. */
  async *read(from: number, signal: AbortSignal): AsyncGenerator<SharedLogMessage> {
    for (let next = from; !signal.aborted;) {
      const message = this.messages[next - 1];
      if (message === undefined) await pause(5, signal);
      else if (message !== null) yield { ...message, left: this.messages.length - next };
      if (message !== undefined) next++;
    }
  }

  async publish(node: ReplicaFile): Promise<boolean> {
    const batch = await node.nextBatch();
    if (!batch || (this.#tails.get(batch.origin) ?? 0) !== batch.tail) return false;
    this.say(batch.origin, await encodeMessage(node.writer, batch.events));
    return true;
  }

  /** Also publishes messages without events. @returns whether anything was published */
  async publishAny(node: ReplicaFile, expire: number | null = null): Promise<boolean> {
    const next = await node.store.nextMessage(true, undefined, expire);
    if (!next || (this.#tails.get(next.origin) ?? 0) !== next.tail) return false;
    this.say(next.origin, await encodeOutgoing(node.writer, next));
    return true;
  }

  say(writer: string, { headers, payload }: LogPayload, storedAt = Date.now() + this.aheadMs): void {
    const sequence = this.messages.length + 1;
    this.messages.push({ sequence, writer, headers, payload, storedAt });
    this.#tails.set(writer, sequence);
  }

  async trim(writer: string, sequence: number): Promise<void> {
    this.messages.forEach((message, at) => {
      const isLast = message?.sequence === this.#tails.get(writer);
      if (message?.writer === writer && message.sequence < sequence && !isLast) this.messages[at] = null;
    });
  }

  async storeObject(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    this.objects.set(name, Buffer.concat(parts));
  }

  async loadObject(name: string): Promise<Uint8Array | null> {
    return this.objects.get(name) ?? null;
  }

  async listObjects(prefix: string): Promise<string[]> {
    return [...this.objects.keys()].filter((name) => name.startsWith(prefix));
  }

  async removeObject(name: string): Promise<void> {
    this.objects.delete(name);
  }
}

/** A replica's file, its repository and its position in the log. */
export class ReplicaFile {
  readonly name: string;
  readonly path: string;
  readonly database: SqliteDatabase;
  readonly store: PeerStore;
  readonly writer: Writer;
  readonly notes: SqliteRepository<Note>;
  #position = 0;

  constructor(folder: string, name: string, resolver: ConflictResolver<object> | null) {
    this.name = name;
    this.path = join(folder, `${name}.db`);
    this.database = new SqliteDatabase({ path: this.path });
    this.writer = writerOf(name);
    const { keyId } = this.writer.signer;
    const owner = { node: name, keyId, isProven: () => false };
    this.store = new PeerStore(this.database, () => resolver, owner);
    this.notes = new SqliteRepository<Note>(this.database, NOTES);
  }

  async begin(clockShiftMs = 0): Promise<this> {
    this.#position = (await this.store.begin([NOTES], clockShiftMs)).position;
    return this;
  }

  /** The events that it would publish next. */
  nextBatch(): Promise<Batch | null> {
    return this.database.read((open) => nextBatch(new PeerRows(open)));
  }

  /** What a node does whenever it reaches the log. */
  async meet(log: Log): Promise<void> {
    this.#position = (await this.store.meet(log.state)).position;
  }

  /**
   * @param from earlier messages are gone
   * @param delayMs how long ago the messages were stored
   */
  async read({ messages }: Log, from = this.#position, delayMs = 0): Promise<Applied> {
    const arrivals = messages.slice(from).map(async (message): Promise<Arrival> => {
      if (message === null) throw new Error('what was trimmed is needed');
      const { sequence, storedAt } = message;
      const decoded = await decodeMessage(message, SERVICE);
      return { sequence, storedAt: storedAt - delayMs, left: 0, message: decoded };
    });
    this.#position = messages.length;
    return this.store.apply(await Promise.all(arrivals));
  }

  takeSnapshot(log: Log): Promise<number> {
    return new Snapshots(this.writer, this.store, log).take(log.created);
  }

  async loadSnapshot(log: Log): Promise<void> {
    const snapshots = new Snapshots(this.writer, this.store, log);
    const latest = await snapshots.latest(log.state);
    if (!latest) throw new Error('there is no snapshot');
    await snapshots.load(latest);
    this.#position = latest.cut;
  }

  /** What an application sees, including versions. */
  async seen(): Promise<unknown[]> {
    const { items } = await this.notes.list({ take: 100 });
    return items.map((note) => ({ ...note, version: note[VERSION] }));
  }
}

/** @param isComplete whether joins and acknowledgements are published as well */
export async function settle(log: Log, nodes: readonly ReplicaFile[], isComplete = false): Promise<void> {
  for (let isNew = true; isNew;) {
    for (const node of nodes) await node.read(log);
    const published = [];
    for (const node of nodes) published.push(await (isComplete ? log.publishAny(node) : log.publish(node)));
    isNew = published.includes(true);
  }
  for (const node of nodes) await node.read(log);
}

/** Writes like another program that knows nothing about replicas. */
export async function writeByHand(path: string, id: string, title: string): Promise<void> {
  const database = new SqliteDatabase({ path });
  const document = JSON.stringify({ Title: title });
  await database.write(({ db }) =>
    db.prepare('INSERT INTO Notes (id, _document) VALUES (?, ?)').run(id, document),
  );
  await database.close();
}
