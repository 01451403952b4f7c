import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { routeLogs } from '@nestjs-spark/contracts/internal';
import { Breakers, pause } from '@nestjs-spark/foundation/internal';
import { ModuleClient, ModuleIdentity, ModuleVerifier, OwnAddress } from '@nestjs-spark/modules/internal';
import {
  ArrivalHandlers,
  BusInUse,
  COMMAND_BUS,
  Declarations,
  DeployCommands,
  DeployHandler,
  ReplicationStatus,
  Shares,
  type Declaration,
} from '@nestjs-spark/replication/internal';
import { chooseParts, STORE_PARTS } from '@nestjs-spark/store/internal';
import { MemoryKeys } from '@nestjs-spark/testing/internal';
import type { TestOwner } from './owners/test-owner.ts';
import { TestOwners } from './owners/test-owners.ts';
import { MemoryBus } from './replace/memory-bus.ts';
import { MemoryCommands } from './replace/memory-commands.ts';

/** What `Test.createTestingModule()` returns, as far as it is used here. */
export interface Overridable {
  overrideProvider(token: unknown): {
    useValue(value: unknown): unknown;
    useFactory(options: { factory: (...dependencies: never[]) => unknown; inject?: unknown[] }): unknown;
  };
}

/** Copies that the application wants from an owner. */
export interface WantedCopies {
  owner: string;
  /** The owner's collection. */
  collection: string;
  /** The class with `@Replicated()`. */
  entity: Type;
  /** The script that is sent to the owner; made from `fields` where these were declared. */
  script: string;
}

/** A collection that the application lets others copy. */
export interface SharedCollection {
  collection: string;
  with: readonly string[];
}

/** Nobody calls the module, so it registers whether its server listens or not. */
const NO_ADDRESS = {
  known: async () => '',
  listening: (signal: AbortSignal) =>
    new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
} satisfies Pick<OwnAddress, 'known' | 'listening'>;

const TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 5;

/**
 * An application under test, without servers and without other modules: its documents are in a temporary SQLite file, its bus is in memory,
 * and owners are made by the test. Everything else is real: declarations are checked, scripts run in the sandbox, copies are
 * applied and marked as such, and status and health tell the truth.
 *
 * Owners come up with the first `arrive()` or with `complete()`; until then the application waits for them, as it does in
 * production. All of it ends with `app.close()`.
 */
export class SparkTesting {
  readonly #timeoutMs: number;
  readonly #commands = new MemoryCommands();
  readonly #scripts = new ScriptPool();
  readonly #folder = mkdtempSync(join(tmpdir(), 'spark-testing-'));
  readonly #keys = new MemoryKeys();
  readonly #bus = new MemoryBus(() => this.#end());
  readonly #owners: TestOwners;
  #application: ModuleRef | null = null;

  /** @param options.timeoutMs how long copies are waited for, in milliseconds; default 10,000 */
  constructor({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}) {
    const { changes: log, board: control, leases } = this.#bus.bus;
    this.#timeoutMs = timeoutMs;
    this.#owners = new TestOwners({
      log,
      control,
      leases,
      scripts: this.#scripts,
      keys: this.#keys,
      logger: new Logger('TestOwner'),
    });
  }

  /**
   * Replaces what would need a server in a module that imports `SparkModule.forRoot()`; its options apply, except for the store
   * and NATS.
   * @returns the same builder: `await spark.override(Test.createTestingModule({ imports: [AppModule] })).compile()`
   */
  override<B extends Overridable>(builder: B): B {
    const store = { kind: 'sqlite', path: join(this.#folder, 'documents.db'), registry: null } as const;
    const log = new Logger('SparkStore');
    builder
      .overrideProvider(STORE_PARTS)
      .useFactory({ factory: () => chooseParts({ ...store, createDatabase: true }, log, new Breakers()) });
    builder.overrideProvider(BusInUse).useValue(this.#bus);
    builder.overrideProvider(COMMAND_BUS).useValue(this.#commands);
    builder.overrideProvider(ModuleVerifier).useValue(this.#keys);
    builder.overrideProvider(ModuleClient).useValue(this.#owners);
    builder.overrideProvider(OwnAddress).useValue(NO_ADDRESS);
    builder.overrideProvider(ModuleIdentity).useFactory({
      factory: () =>
        ModuleIdentity.open({
          directory: this.#folder,
          module: 'Test',
          production: false,
          refuseOpen: false,
          log,
        }),
    });
    builder.overrideProvider(DeployCommands).useFactory({
      inject: [ModuleRef, DeployHandler, Declarations],
      factory: async (application: ModuleRef, handler: DeployHandler, declarations: Declarations) => {
        this.#application = application;
        // Else the application would look for its logs now and then.
        for (const { key } of declarations.tasks())
          await this.#bus.bus.changes.provision(routeLogs(key.owner, key.requester));
        return {
          start: () => this.#commands.start((command, delivery) => handler.handle(command, delivery)),
          stop: () => this.#commands.stop(),
        };
      },
    });
    return builder;
  }

  /** What the application wants copies of. */
  get wanted(): WantedCopies[] {
    return this.#declarations().map(({ target, item, task }) => ({
      owner: task.key.owner,
      collection: task.collection,
      entity: target,
      script: item.script,
    }));
  }

  /** What the application lets others copy. */
  get shared(): SharedCollection[] {
    return this.#get(Shares)
      .all()
      .map(({ collection, with: modules }) => ({ collection, with: modules }));
  }

  /**
   * The owner writes a document, and this waits until its script has run, its result is here, and handlers (`@OnReplicated()`)
   * have been called.
   * @param entity a class with `@Replicated()`; its declaration says who the owner is and which collection is written
   * @param document as the owner has it, before the script; names may be spelled as in TypeScript or as stored
   * @param options.owner which owner, where the class is declared for several
   * @throws {Error} when the document is set aside or a handler throws, with the reason, or when it is not here in time, with
   *   what is missing
   */
  async arrive(entity: Type, id: string, document: object, options: { owner?: string } = {}): Promise<void> {
    await this.#change(entity, options.owner, id, (owner, collection) => owner.put(id, collection, document));
  }

  /** The owner deletes a document, and this waits until that has arrived. As `arrive` otherwise. */
  async remove(entity: Type, id: string, options: { owner?: string } = {}): Promise<void> {
    await this.#change(entity, options.owner, id, (owner) => owner.delete(id));
  }

  /**
   * Brings all owners up and waits until every declared copy is complete, so that the application is ready.
   * @throws {Error} when that is not so in time, with what is missing
   */
  async complete(): Promise<void> {
    for (const { task } of this.#declarations()) this.#owners.open(task.key.owner);
    await this.#commands.deliver();
    const status = this.#status();
    await this.#until(() => status.tasks().every(({ complete }) => complete));
  }

  async #change(
    entity: Type,
    ownerName: string | undefined,
    id: string,
    change: (owner: TestOwner, collection: string) => void,
  ): Promise<void> {
    const { task } = this.#declarationOf(entity, ownerName);
    const { key, collection } = task;
    const owner = this.#owners.open(key.owner);
    change(owner, collection);
    await this.#commands.deliver();
    const status = this.#status();
    await this.#until(async () => {
      const { complete, behindMs } = await status.freshness(key.owner, collection);
      return complete && behindMs === 0;
    });
    const reason = await owner.whyAside(key, id);
    if (reason !== null) throw new Error(`${id} of ${key.owner} was set aside: ${reason}`);
    const handlers = this.#get(ArrivalHandlers);
    await this.#until(() => handlers.haveHeard(entity));
    const whyNot = handlers.whyNot(entity);
    if (whyNot !== null) throw new Error(`${id} of ${key.owner} has arrived, but ${whyNot}`);
  }

  async #until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + this.#timeoutMs;
    while (!(await isSo())) {
      if (performance.now() > end)
        throw new Error(`Not here after ${this.#timeoutMs} ms. ${this.#missing()}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  #missing(): string {
    const waiting = this.#status()
      .tasks()
      .filter(({ complete }) => !complete);
    const reasons = waiting.map(
      ({ owner, collection, incompleteBecause }) =>
        `${owner}/${collection}: ${incompleteBecause ?? 'not complete'}`,
    );
    return reasons.join('; ');
  }

  #declarationOf(entity: Type, owner: string | undefined): Declaration {
    const ofClass = this.#declarations().filter(({ target }) => target === entity);
    const [found, another] = ofClass.filter(({ task }) => owner === undefined || task.key.owner === owner);
    if (!found) {
      const wanted = this.wanted.map((one) => `${one.entity.name} of ${one.owner}`).join(', ') || 'nothing';
      throw new Error(
        `The application declares no copies of ${entity.name}${owner === undefined ? '' : ` of ${owner}`}, only of ${wanted}: pass the class with @Replicated(), and import the module whose forFeature names it`,
      );
    }
    if (another && another.task.key.owner !== found.task.key.owner) {
      const owners = ofClass.map(({ task }) => `'${task.key.owner}'`).join(' or ');
      throw new Error(`${entity.name} has several owners: pass { owner: ${owners} }`);
    }
    return found;
  }

  #declarations(): readonly Declaration[] {
    return this.#get(Declarations)
      .all()
      .flatMap(({ declarations }) => declarations);
  }

  #status(): ReplicationStatus {
    return this.#get(ReplicationStatus);
  }

  #get<T>(type: abstract new (...parameters: never[]) => T): T {
    if (this.#application) return this.#application.get<T>(type as Type<T>, { strict: false });
    throw new Error(
      'No application is under test: pass Test.createTestingModule() to override(), and compile a module that imports SparkModule.forRoot()',
    );
  }

  async #end(): Promise<void> {
    await this.#owners.stop();
    await this.#scripts.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
