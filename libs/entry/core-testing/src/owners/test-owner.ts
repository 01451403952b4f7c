import {
  taskName,
  type EtlDeploymentResult,
  type EtlScriptItem,
  type EtlScriptRequest,
  type TaskKey,
} from '@nestjs-spark/contracts';
import {
  scriptFingerprint,
  type ChangeLog,
  type ControlBoard,
  type LeaseKeeper,
} from '@nestjs-spark/contracts/internal';
import type { ScriptPool } from '@nestjs-spark/etl-script';
import { sameName, type Logger } from '@nestjs-spark/foundation/internal';
import type { ModuleAnswer, ModuleCall } from '@nestjs-spark/modules/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { CaptureSupervisor, type CaptureTask } from '@nestjs-spark/streaming/internal';
import { MemorySource, MemoryState, type MemoryKeys } from '@nestjs-spark/testing/internal';
import { toStored } from './to-stored.ts';

/** What an owner shares with the application under test. */
export interface Route {
  log: ChangeLog;
  control: ControlBoard;
  leases: LeaseKeeper;
  scripts: ScriptPool;
  /** Everyone's keys. */
  keys: MemoryKeys;
  logger: Logger;
}

/** An owner in memory: it takes every deployment and carries it with the real stream engine, from documents that the test writes. */
export class TestOwner {
  readonly name: string;
  readonly #documents = new MemorySource();
  readonly #state = new MemoryState();
  readonly #capture: CaptureSupervisor;
  #tasks: CaptureTask[] = [];
  #revision = 0;

  constructor(name: string, { keys, ...route }: Route) {
    this.name = name;
    this.#capture = new CaptureSupervisor({
      ...route,
      signer: keys.signerOf(name),
      verifier: keys,
      owner: name,
      source: this.#documents,
      state: this.#state,
      directory: {
        read: async (key) => this.#tasks.find((task) => taskName(task.key) === taskName(key)) ?? null,
      },
    });
  }

  put(id: string, collection: string, document: object): void {
    this.#documents.put(id, toStored(document), collection);
  }

  delete(id: string): void {
    this.#documents.delete(id);
  }

  /** Why this document was set aside; null when it was not. */
  async whyAside(task: TaskKey, id: string): Promise<string | null> {
    const { documents } = await listSetAside(this.#state, taskName(task));
    return documents.find(({ documentId }) => documentId === id)?.reason ?? null;
  }

  /** As the HTTP routes of an owner answer the module's calls. */
  async answer({ method, path, body }: ModuleCall): Promise<ModuleAnswer> {
    if (method === 'POST' && path === '/spark/etl/deploy') return ok(this.#deploy(body as EtlScriptRequest));
    const [, name] = /^\/spark\/replication\/source\/(.+)$/.exec(path) ?? [];
    const task = this.#tasks.find(({ key }) => sameName(key.name, name ?? ''));
    const source = task && (await this.#capture.flush(task.key));
    if (source) return ok(source);
    return { kind: 'answered', status: 404, body: null };
  }

  stop(): Promise<void> {
    return this.#capture.stop();
  }

  #deploy({
    requestingModule,
    scripts,
    revision = this.#revision + 1,
  }: EtlScriptRequest): EtlDeploymentResult {
    this.#revision = revision;
    const loadable = scripts.map(({ sourceCollection: collection }) => ({ collection }));
    this.#tasks = scripts.map((item) => this.#task(requestingModule, item, loadable));
    this.#capture.assign(requestingModule, this.#tasks);
    const tasks = this.#tasks.map(({ key, collection }) => ({
      name: key.name,
      collection,
      engine: 'stream' as const,
      state: 'Starting' as const,
    }));
    return { success: true, tasksCreated: tasks.length, tasksUpdated: 0, tasksRemoved: 0, revision, tasks };
  }

  #task(requester: string, item: EtlScriptItem, loadable: { collection: string }[]): CaptureTask {
    const { name = item.sourceCollection, sourceCollection: collection, script, idPrefix } = item;
    return {
      key: { owner: this.name, requester, name },
      collection,
      script,
      ...(idPrefix === undefined ? {} : { idPrefix }),
      fingerprint: scriptFingerprint(collection, script, idPrefix),
      generation: 1,
      loadable,
    };
  }
}

function ok(body: unknown): ModuleAnswer {
  return { kind: 'answered', status: 200, body };
}
