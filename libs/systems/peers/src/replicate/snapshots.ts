import { setImmediate } from 'node:timers/promises';
import type { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import { ahead } from '@nestjs-spark/foundation/internal';
import {
  cutIn,
  DamagedPartError,
  encodeManifest,
  encodePart,
  eventsOf,
  linesOf,
  type Manifest,
  manifestsIn,
  type Part,
  snapshotFolder,
  SNAPSHOTS,
  unpackPart,
} from '../carry/snapshot.ts';
import type { Writer } from '../carry/message.ts';
import { isOriginOf } from '../carry/origin.ts';
import { digestOf, readManifest, type ReadManifest, sealManifest } from '../carry/seal-manifest.ts';
import { slicesOf } from '../join/slices.ts';
import type { SweptRange } from '../join/sweep-records.ts';
import type { RecordName } from '../receive/peer-file.ts';
import type { LogState } from './peer-log.ts';
import type { PeerStore } from './peer-store.ts';

/** Where snapshots lie, and the log that they let be trimmed. */
export type SnapshotObjects = Pick<
  JetStreamSharedLog,
  'describe' | 'trim' | 'tailOf' | 'storeObject' | 'loadObject' | 'listObjects' | 'removeObject'
>;

const RECORDS_OF_A_PAGE = 200;
/** So many are loaded in one transaction. */
const EVENTS_OF_A_SLICE = 200;
/** How many times another snapshot, or none, is tried after one that is damaged. */
const PASSED_OVER = 3;

/** Snapshots of the log, which stand for the part of it that is gone. */
export class Snapshots {
  readonly #writer: Writer;
  readonly #store: PeerStore;
  readonly #objects: SnapshotObjects;

  readonly #partBytes: number;
  /** Those of which something is gone or damaged, and how many times each is still passed over: another one of its name may follow. */
  readonly #damaged = new Map<string, number>();

  /** @param partBytes how large a part becomes before it is compressed */
  constructor(writer: Writer, store: PeerStore, objects: SnapshotObjects, partBytes = 1024 ** 2) {
    this.#writer = writer;
    this.#partBytes = partBytes;
    this.#store = store;
    this.#objects = objects;
  }

  /**
   * The one of this log that reaches furthest; null when there is none. One past the log's end is of a log that was restored. What nobody
   * has signed comes from an earlier version, and counts only while there is nothing else.
   */
  async latest({ created, lastSequence }: LogState): Promise<Manifest | null> {
    let unsigned: Manifest | null = null;
    for (const { name, cut } of manifestsIn(await this.#objects.listObjects(SNAPSHOTS))) {
      if (cut > lastSequence || this.#passesOver(name)) continue;
      const { manifest, origin } = (await this.#read(name)) ?? {};
      if (manifest?.created !== created || manifest.cut !== cut) continue;
      if (origin !== null) return manifest;
      unsigned ??= manifest;
    }
    return unsigned;
  }

  /** Only an origin that has written in the log can vouch for what it says: its last message is never removed. */
  async #read(name: string): Promise<ReadManifest | null> {
    const read = await readManifest(this.#writer.service, name, await this.#objects.loadObject(name));
    const isMember = !read || read.origin === null || (await this.#objects.tailOf(read.origin)) > 0;
    return isMember ? read : null;
  }

  /**
   * Takes one of the log as far as it is applied here, and trims the part that it stands for.
   * @returns its place in the log
   * @throws when aborted: a snapshot without a manifest is ignored
   */
  async take(created: string, signal?: AbortSignal): Promise<number> {
    const head = await this.#store.beginSnapshot(created);
    const { node } = this.#writer;
    const folder = snapshotFolder({ cut: head.cut, node });
    const digests: string[] = [];
    // The next part is read and packed while the previous one is stored.
    for await (const part of ahead(this.#parts(signal), 1)) {
      await this.#put(`${folder}/${digests.length}`, part);
      digests.push(digestOf(part));
    }
    await this.#store.sync();
    // The pages were read after the head, and may lack more deletes than were forgotten by then.
    const horizon = await this.#store.horizon();
    const manifest = { ...head, horizon, created, node, parts: digests.length };
    await this.#put(`${folder}/manifest`, await this.#encode(`${folder}/manifest`, manifest, digests));
    await this.#trim(head, created);
    return head.cut;
  }

  /**
   * Brings the file to where a snapshot is.
   * @returns whether a new life has begun
   * @throws when aborted: the next start loads all of it again
   */
  async load(manifest: Manifest, signal?: AbortSignal): Promise<boolean> {
    const isNewLife = await this.#store.beginLoading(manifest);
    try {
      await this.#loadRecords(manifest, signal);
    } catch (error) {
      if (error instanceof DamagedPartError)
        this.#damaged.set(`${snapshotFolder(manifest)}/manifest`, PASSED_OVER);
      throw error;
    }
    await this.#store.finishLoading(manifest);
    return isNewLife;
  }

  async #loadRecords(manifest: Manifest, signal?: AbortSignal): Promise<void> {
    let after: RecordName | null = null;
    // The next part is fetched and unpacked while the previous one is loaded.
    for await (const part of ahead(this.#loadParts(manifest), 1)) {
      for (const slice of slicesOf(eventsOf(part), EVENTS_OF_A_SLICE)) {
        signal?.throwIfAborted();
        await this.#store.loadRecords(manifest, slice);
        const to: RecordName | null = slice.at(-1) ?? after;
        await this.#sweep(manifest, { after, to, present: slice });
        after = to;
        // What waits for the main loop comes in between.
        await setImmediate();
      }
    }
    await this.#sweep(manifest, { after, to: null, present: [] });
  }

  async #sweep(manifest: Manifest, range: SweptRange): Promise<void> {
    // Without any, nothing has been left out.
    if ((manifest.horizon ?? 0) === 0) return;
    let { after } = range;
    do after = await this.#store.sweepRecords(manifest, { ...range, after });
    while (after !== null);
  }

  #passesOver(name: string): boolean {
    const left = this.#damaged.get(name) ?? 0;
    if (left > 0) this.#damaged.set(name, left - 1);
    return left > 0;
  }

  /** @throws {DamagedPartError} at a part that is gone, or is not what its manifest says */
  async *#loadParts(manifest: Manifest): AsyncGenerator<Part> {
    for (let part = 0; part < manifest.parts; part++) {
      const name = `${snapshotFolder(manifest)}/${part}`;
      const bytes = await this.#objects.loadObject(name);
      const digest = manifest.digests?.[part];
      const isAltered = digest !== undefined && bytes !== null && digestOf(bytes) !== digest;
      yield await unpackPart(name, isAltered ? null : bytes);
    }
  }

  async *#parts(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    let [lines, bytes]: [Buffer[], number] = [[], 0];
    let last: RecordName | null = null;
    do {
      signal?.throwIfAborted();
      const page = await this.#store.snapshotPage(last, RECORDS_OF_A_PAGE);
      const more = linesOf(page.events);
      lines.push(more);
      bytes += more.length;
      last = page.last;
      // What the application asks of the file comes in between.
      await setImmediate();
      if (bytes < this.#partBytes && last !== null) continue;
      yield await encodePart(lines);
      [lines, bytes] = [[], 0];
    } while (last !== null);
  }

  /** A node that has said nothing in the log yet cannot prove who it is. */
  async #encode(name: string, manifest: Manifest, digests: readonly string[]): Promise<Uint8Array> {
    const { tail } = await this.#store.place();
    const isOwn = tail !== null && isOriginOf(tail.origin, this.#writer.signer.keyId);
    return isOwn
      ? sealManifest(this.#writer, tail.origin, name, { ...manifest, digests })
      : encodeManifest(manifest);
  }

  async #put(name: string, content: Uint8Array): Promise<void> {
    await this.#objects.storeObject(name, only(content));
  }

  /** The one before stays for those who are loading it; what is of another log goes. */
  async #trim({ cut, origins }: Pick<Manifest, 'cut' | 'origins'>, created: string): Promise<void> {
    const names = await this.#objects.listObjects(SNAPSHOTS);
    const read: ReadManifest[] = [];
    for (const { name } of manifestsIn(names)) {
      const one = await this.#read(name);
      if (one) read.push(one);
    }
    // Asked for afterwards: a snapshot that another node has just taken is not past the log's end.
    const here = await this.#objects.describe();
    if (here?.created !== created || cut > here.lastSequence) return;
    for (const { origin, tail } of origins) if (tail > 0) await this.#objects.trim(origin, cut + 1);
    const isOfThisLog = (one: Manifest) => one.created === created && one.cut <= here.lastSequence;
    const strange = read.map(({ manifest }) => manifest).filter((one) => !isOfThisLog(one));
    const folders = strange.map(snapshotFolder);
    // Strangers must not push out what nodes have signed.
    const signed = read.filter(({ origin }) => origin !== null);
    const counted = (signed.length > 0 ? signed : read).map(({ manifest }) => manifest);
    const keptFrom = counted.filter(isOfThisLog)[1]?.cut ?? 0;
    for (const name of names) {
      const isStrange = folders.some((folder) => name.startsWith(`${folder}/`));
      if (isStrange || cutIn(name) < keptFrom) await this.#objects.removeObject(name);
    }
  }
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
