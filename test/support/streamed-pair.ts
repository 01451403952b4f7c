import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { randomBytes } from 'node:crypto';
import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import {
  routeStream,
  taskPlace,
  type LogMessage,
  type LogPayload,
  scriptFingerprint,
  type ChangeSource,
  type ChangeSink,
  type Checkpoint,
  type StateStore,
} from '@nestjs-spark/contracts/internal';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { copyCollections } from '@nestjs-spark/etl-script/internal';
import {
  JetStreamChangeLog,
  JetStreamConnection,
  JetStreamControlBoard,
  JetStreamLeaseKeeper,
} from '@nestjs-spark/jetstream/internal';
import { eventually, testServers } from '@nestjs-spark/servers/testing';
import {
  ApplySupervisor,
  CaptureSupervisor,
  type ApplyReport,
  type CaptureTask,
} from '@nestjs-spark/streaming/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { MemoryKeys } from '@nestjs-spark/testing';
import type { OpenStore, StoreUnderTest } from '../conformance/adapters/store-under-test.ts';

const QUIET: Logger = { debug: () => {}, log: () => {}, warn: () => {}, error: () => {} };
const PACE = {
  askedMs: 50,
  tickMs: 50,
  refusedAfterMs: [20, 100],
  idleMs: 200,
  watermarkMs: 500,
  witnessMs: 2_000,
  trimMs: 200,
  fullLogMs: 200,
  confirmMs: 50,
  noLogMs: 50,
  freedMs: 100,
  undeletedMs: 500,
  backoffMs: 20,
  answerMs: 20,
  changedMs: 20,
};

/** What the requester has as a copy. */
export interface CopyThere {
  id: string;
  source: string;
  fields: Record<string, unknown>;
}

/** The stream engine between two stores, without applications around it: each script is a task on the owner's `Cars`. */
export class StreamedPair {
  readonly owner: OpenStore;
  readonly requester: OpenStore;
  readonly #tasks: CaptureTask[];
  readonly #connection: JetStreamConnection;
  readonly #scripts = new ScriptPool();
  readonly #feed: ChangeSource;
  readonly #target: ChangeSink;
  readonly #state: StateStore;
  readonly keys = new MemoryKeys();
  #capture: CaptureSupervisor | null = null;
  #apply: ApplySupervisor | null = null;

  private constructor(owner: OpenStore, requester: OpenStore, scripts: Record<string, string>) {
    this.owner = owner;
    this.requester = requester;
    this.#feed = owner.feed();
    this.#target = requester.target();
    this.#state = requester.state();
    const route = randomBytes(4).toString('hex');
    this.#tasks = Object.entries(scripts).map(([name, script]) => ({
      key: { owner: `Fleet${route}`, requester: `HR${route}`, name },
      collection: 'Cars',
      script,
      fingerprint: scriptFingerprint('Cars', script),
      generation: 1,
      loadable: [{ collection: 'Cars' }],
    }));
    this.#connection = new JetStreamConnection({ url: testServers().natsUrl, name: 'pair', log: QUIET });
  }

  /** @param scripts by the names of their tasks */
  static async open(
    owner: StoreUnderTest,
    requester: StoreUnderTest,
    scripts: Record<string, string>,
  ): Promise<StreamedPair> {
    const pair = new StreamedPair(await owner.open(), await requester.open(), scripts);
    pair.startOwner();
    pair.startRequester();
    return pair;
  }

  task(name: string): TaskKey {
    const found = this.#tasks.find(({ key: task }) => task.name === name);
    if (!found) throw new Error(`no task ${name}`);
    return found.key;
  }

  startOwner(): void {
    const [first] = this.#tasks;
    if (!first) return;
    const { owner, requester } = first.key;
    this.#capture = new CaptureSupervisor({
      owner,
      source: this.#feed,
      state: this.owner.state(),
      scripts: this.#scripts,
      signer: this.keys.signerOf(owner),
      directory: { read: async (task) => this.#tasks.find((one) => one.key.name === task.name) ?? null },
      ...this.#shared(),
    });
    this.#capture.assign(requester, this.#tasks);
  }

  startRequester(): void {
    const [first] = this.#tasks;
    if (!first) return;
    this.#apply = new ApplySupervisor({
      sink: this.#target,
      state: this.#state,
      source: {
        ask: async () => ({ sourceEtag: (await this.#feed.identify('asked')).lastEtag }),
        sendAgain: async (task, documents) => this.#capture?.retry(task, [...documents]),
      },
      ...this.#shared(),
    });
    this.#apply.assign(
      first.key.owner,
      this.#tasks.map(({ key, collection, script, fingerprint }) => {
        return { key, collection, collections: copyCollections(collection, script), fingerprint };
      }),
    );
  }

  async stopOwner(): Promise<void> {
    await this.#capture?.stop();
    this.#capture = null;
  }

  async stopRequester(): Promise<void> {
    await this.#apply?.stop();
    this.#apply = null;
  }

  /** Resolves when everything that the owner has now is applied, by all tasks. */
  async settle(): Promise<void> {
    const { lastEtag } = await this.#feed.identify('settle');
    for (const { key: task } of this.#tasks) {
      await eventually(async () => {
        await this.#capture?.flush(task);
        const checkpoint = await this.checkpoint(task.name);
        return checkpoint !== null && checkpoint.to >= lastEtag && checkpoint.swept;
      });
    }
  }

  /** The requester's store, to be written past the engine. */
  get target(): ChangeSink {
    return this.#target;
  }

  async until(look: () => Promise<boolean>): Promise<void> {
    await eventually(look);
  }

  async checkpoint(name: string): Promise<Checkpoint | null> {
    return (await this.#target.readCheckpoint(taskName(this.task(name))))?.checkpoint ?? null;
  }

  /** All copies of a task, with what they hold. */
  async copies(name: string): Promise<CopyThere[]> {
    const task = this.task(name);
    const found: CopyThere[] = [];
    for await (const some of this.#target.copies(taskName(task))) {
      for (const { id, copyOf } of some) {
        const { '@metadata': _metadata, ...fields } = JSON.parse((await this.requester.text(id)) ?? '{}');
        found.push({ id, source: (copyOf ?? '').slice(task.owner.length + 1), fields });
      }
    }
    return found;
  }

  /** What the requester's store did not take: the owner's ids, with the reasons. */
  async setAside(name: string): Promise<Map<string, string>> {
    const { documents } = await listSetAside(this.#state, taskName(this.task(name)));
    return new Map(documents.map(({ documentId, reason }) => [documentId, reason]));
  }

  /** Has the owner send documents again. */
  async sendAgain(name: string, documents: string[]): Promise<void> {
    if (documents.length > 0) await this.#capture?.retry(this.task(name), documents);
  }

  /** The last message of a task's log, whoever wrote it. */
  tail(name: string): Promise<LogMessage | null> {
    return this.#shared()
      .log.open(taskPlace(this.task(name)))
      .tail();
  }

  /** Publishes into a task's log, as anyone with the permission to publish on its subject can. */
  async intrude(name: string, message: LogPayload): Promise<void> {
    const log = this.#shared().log.open(taskPlace(this.task(name)));
    await eventually(async () => log.append(message, (await log.tail())?.sequence ?? 0));
  }

  /** Has everything sent once more, as an operator does. */
  async resync(name: string): Promise<void> {
    await this.#apply?.resync(this.task(name));
  }

  /** How a task stands at the requester. */
  report(name: string): ApplyReport | undefined {
    return this.#apply?.reports().find(({ task }) => task.name === name);
  }

  async drop(): Promise<void> {
    await this.stopOwner();
    await this.stopRequester();
    await this.#scripts.close();
    const { owner, requester } = this.#tasks[0]?.key ?? { owner: '', requester: '' };
    const stream = routeStream(owner, requester);
    await this.#connection.use(async ({ jsm }) => {
      for (const one of [stream, `OBJ_${stream}`]) await jsm.streams.delete(one).catch(() => false);
    });
    await this.#connection.close();
    await this.owner.drop();
    await this.requester.drop();
  }

  #shared() {
    const connection = this.#connection;
    return {
      log: new JetStreamChangeLog({ connection, log: QUIET, limits: { maxBytes: 16 * 1024 * 1024 } }),
      control: new JetStreamControlBoard(connection, QUIET),
      leases: new JetStreamLeaseKeeper({ connection, module: 'pair', log: QUIET }),
      verifier: this.keys,
      logger: QUIET,
      pace: PACE,
    };
  }
}
