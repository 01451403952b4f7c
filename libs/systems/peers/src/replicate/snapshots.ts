import { setImmediate } from 'node:timers/promises';
import type { JetStreamSharedLog } from '@nestjs-spark/jetstream/internal';
import { ahead } from '@nestjs-spark/foundation/internal';
import {
  cutIn,
  decodeManifest,
  decodePart,
  encodeManifest,
  encodePart,
  linesOf,
  type Manifest,
  manifestsIn,
  snapshotFolder,
  SNAPSHOTS,
} from '../carry/snapshot.ts';
import { slicesOf } from '../join/slices.ts';
import type { SweptRange } from '../join/sweep-records.ts';
import type { RecordName } from '../receive/peer-file.ts';
import type { LogState } from './peer-log.ts';
import type { PeerStore } from './peer-store.ts';

/** Where snapshots lie, and the log that they let be trimmed. */
export type SnapshotObjects = Pick<
  JetStreamSharedLog,
  'describe' | 'trim' | 'storeObject' | 'loadObject' | 'listObjects' | 'removeObject'
>;

const RECORDS_OF_A_PAGE = 200;
/** So many are loaded in one transaction. */
const EVENTS_OF_A_SLICE = 200;
/** How many times another snapshot, or none, is tried after one that is damaged. */
const PASSED_OVER = 3;

/** Snapshots of the log, which stand for the part of it that is gone. */
export class Snapshots {
  readonly #nodeId: string;
  readonly #store: PeerStore;
  readonly #objects: SnapshotObjects;

  readonly #partBytes: number;
  /** Those of which something is gone or damaged, and how many times each is still passed over: another one of its name may follow. */
  readonly #damaged = new Map<string, number>();

  /** @param partBytes how large a part becomes before it is compressed */
  constructor(nodeId: string, store: PeerStore, objects: SnapshotObjects, partBytes = 1024 ** 2) {
    this.#nodeId = nodeId;
    this.#partBytes = partBytes;
    this.#store = store;
    this.#objects = objects;
  }

  /** The one of this log that reaches furthest; null when there is none. One past the log's end is of a log that was restored. */
  async latest({ created, lastSequence }: LogState): Promise<Manifest | null> {
    for (const { name, cut } of manifestsIn(await this.#objects.listObjects(SNAPSHOTS))) {
      if (cut > lastSequence || this.#passesOver(name)) continue;
      const manifest = decodeManifest(await this.#objects.loadObject(name));
      if (manifest?.created === created && manifest.cut === cut) return manifest;
    }
    return null;
  }

  /**
   * Takes one of the log as far as it is applied here, and trims the part that it stands for.
   * @returns its place in the log
   */
  async take(created: string): Promise<number> {
    const head = await this.#store.beginSnapshot(created);
    const folder = snapshotFolder({ cut: head.cut, node: this.#nodeId });
    let parts = 0;
    for await (const lines of this.#parts()) await this.#put(`${folder}/${parts++}`, await encodePart(lines));
    await this.#store.sync();
    // The pages were read after the head, and may lack more deletes than were forgotten by then.
    const horizon = await this.#store.horizon();
    const manifest = { ...head, horizon, created, node: this.#nodeId, parts };
    await this.#put(`${folder}/manifest`, encodeManifest(manifest));
    await this.#trim(head, created);
    return head.cut;
  }

  /** Brings the file to where a snapshot is. @returns whether a new life has begun */
  async load(manifest: Manifest): Promise<boolean> {
    const isNewLife = await this.#store.beginLoading(manifest);
    let after: RecordName | null = null;
    // The next part is fetched while the previous one is loaded.
    for await (const { name, bytes } of ahead(this.#loadParts(manifest), 1)) {
      const events = await decodePart(bytes);
      if (events === null) {
        this.#damaged.set(`${snapshotFolder(manifest)}/manifest`, PASSED_OVER);
        throw new Error(`${name} of the latest snapshot is gone or damaged`);
      }
      for (const slice of slicesOf(events, EVENTS_OF_A_SLICE)) {
        await this.#store.loadRecords(manifest, slice);
        const to: RecordName | null = slice.at(-1) ?? after;
        await this.#sweep(manifest, { after, to, present: slice });
        after = to;
        // What waits for the main loop comes in between.
        await setImmediate();
      }
    }
    await this.#sweep(manifest, { after, to: null, present: [] });
    await this.#store.finishLoading(manifest);
    return isNewLife;
  }

  async #sweep(manifest: Manifest, range: SweptRange): Promise<void> {
    // Without any, nothing has been left out.
    if ((manifest.horizon ?? 0) === 0) return;
    for (let next: RecordName | null = range.after, isFirst = true; isFirst || next !== null; isFirst = false)
      next = await this.#store.sweepRecords(manifest, { ...range, after: next });
  }

  #passesOver(name: string): boolean {
    const left = this.#damaged.get(name) ?? 0;
    if (left > 0) this.#damaged.set(name, left - 1);
    return left > 0;
  }

  async *#loadParts(manifest: Manifest): AsyncGenerator<{ name: string; bytes: Uint8Array | null }> {
    for (let part = 0; part < manifest.parts; part++) {
      const name = `${snapshotFolder(manifest)}/${part}`;
      yield { name, bytes: await this.#objects.loadObject(name) };
    }
  }

  async *#parts(): AsyncGenerator<string[]> {
    let [lines, bytes]: [string[], number] = [[], 0];
    let last: RecordName | null = null;
    do {
      const page = await this.#store.snapshotPage(last, RECORDS_OF_A_PAGE);
      const more = linesOf(page.events);
      lines.push(...more);
      bytes += more.reduce((sum, { length }) => sum + length, 0);
      last = page.last;
      // What the application asks of the file comes in between.
      await setImmediate();
      if (bytes < this.#partBytes && last !== null) continue;
      yield lines;
      [lines, bytes] = [[], 0];
    } while (last !== null);
  }

  async #put(name: string, content: Uint8Array): Promise<void> {
    await this.#objects.storeObject(name, only(content));
  }

  /** The one before stays for those who are loading it; what is of another log goes. */
  async #trim({ cut, origins }: Pick<Manifest, 'cut' | 'origins'>, created: string): Promise<void> {
    const names = await this.#objects.listObjects(SNAPSHOTS);
    const manifests: Manifest[] = [];
    for (const { name } of manifestsIn(names)) {
      const manifest = decodeManifest(await this.#objects.loadObject(name));
      if (manifest) manifests.push(manifest);
    }
    // Asked for afterwards: a snapshot that another node has just taken is not past the log's end.
    const here = await this.#objects.describe();
    if (here?.created !== created || cut > here.lastSequence) return;
    for (const { origin, tail } of origins) if (tail > 0) await this.#objects.trim(origin, cut + 1);
    const isOfThisLog = (one: Manifest) => one.created === created && one.cut <= here.lastSequence;
    const strange = manifests.filter((one) => !isOfThisLog(one)).map(snapshotFolder);
    const keptFrom = manifests.filter(isOfThisLog)[1]?.cut ?? 0;
    for (const name of names) {
      const isStrange = strange.some((folder) => name.startsWith(`${folder}/`));
      if (isStrange || cutIn(name) < keptFrom) await this.#objects.removeObject(name);
    }
  }
}

async function* only(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}
