import { Inject, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { taskName } from '@nestjs-spark/contracts';
import { EntityMapping, type LeaseKeeper, type StateStore } from '@nestjs-spark/contracts/internal';
import { nameKey, redact } from '@nestjs-spark/foundation/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { LeasedUnits } from '@nestjs-spark/runtime/internal';
import { STATE_STORE, StorePreparation } from '@nestjs-spark/store';
import { declarationOf, OWN_CHANGES, type StoreParts } from '@nestjs-spark/store/internal';
import { Declarations } from '../declare/declarations.ts';
import { LEASE_KEEPER } from '../settings/tokens.ts';
import { findUncalled, type ArrivalHandler } from './listen/find-handlers.ts';
import type { HandlerStatus } from './run/handler-status.ts';
import { HandlerUnit } from './run/handler-unit.ts';
import type { HandlerWork } from './run/handler-work.ts';

/** The handlers found at startup. */
export const ARRIVAL_HANDLERS = Symbol('SPARK_ARRIVAL_HANDLERS');

/** Runs the methods with `@OnReplicated()`, each in one instance of the module at a time. */
@Injectable()
export class ArrivalHandlers {
  private readonly log = logFor('Arrivals');
  private readonly units: LeasedUnits<HandlerUnit>;
  private readonly stopping = new AbortController();
  private starting: Promise<void> = Promise.resolve();

  constructor(
    @Inject(ARRIVAL_HANDLERS) private readonly handlers: readonly ArrivalHandler[],
    @Inject(LEASE_KEEPER) leases: LeaseKeeper,
    @Inject(OWN_CHANGES) private readonly changes: StoreParts['changes'],
    @Inject(STATE_STORE) private readonly state: StateStore,
    private readonly declarations: Declarations,
    private readonly preparation: StorePreparation,
    private readonly discovery: DiscoveryService,
  ) {
    const leaseOf = (name: string): string => `arrivals.${nameKey(name)}`;
    this.units = new LeasedUnits({ leases, logger: this.log, leaseOf });
  }

  /** Returns immediately; the handlers begin once the database is ready. */
  start(): void {
    for (const method of findUncalled(this.discovery))
      this.log.warn(
        `${method} is never called for copies: its provider has useFactory or useValue, which hide the class; provide the class itself`,
      );
    this.starting = this.begin(this.stopping.signal);
  }

  private async begin(signal: AbortSignal): Promise<void> {
    if (this.handlers.length === 0) return;
    await this.preparation.whenReady(signal);
    if (signal.aborted) return;
    const { changes, state, log: logger } = this;
    this.units.assign(this.handlers, {
      nameOf: ({ name }) => name,
      isMine: () => true,
      make: (handler) => new HandlerUnit(this.workOf(handler), { changes, state, logger }),
      update: () => undefined,
    });
  }

  /** The state of the handlers as seen by this instance. */
  statuses(): HandlerStatus[] {
    return this.units.all().map(({ status }) => ({
      ...status,
      lastError: status.lastError && redact(status.lastError),
    }));
  }

  /** Whether this instance has told the handlers of a class about everything that is here now. For tests. */
  async haveHeard(target: Type): Promise<boolean> {
    const units = this.units.all().filter((unit) => unit.handler.target === target);
    const [unit] = units;
    if (!unit) return true;
    const [collection = ''] = this.workOf(unit.handler).collections;
    const { lastEtag } = await this.changes.read({ collection, from: 1, deletesAfter: 0, limit: 1 });
    return units.every(({ status: { position } }) => position !== null && position >= lastEtag);
  }

  /** Why the handlers of a class could not be told about a copy; null if they could, or were not called yet. For tests. */
  whyNot(target: Type): string | null {
    const failing = this.units
      .all()
      .find((unit) => unit.handler.target === target && unit.status.setAside > 0);
    return failing ? `${failing.name} threw: ${failing.status.lastError}` : null;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.starting;
    await this.units.endAll();
  }

  private workOf(handler: ArrivalHandler): HandlerWork {
    const declared = this.declarations.classes().filter(({ target }) => target === handler.target);
    const tasks = declared.map(({ task }) => task);
    const { collection: own, dictionaries } = declarationOf(handler.target);
    const loaded = tasks.flatMap(({ collection, collections: to = [collection] }) => to ?? [own, collection]);
    return {
      handler,
      names: tasks.map(({ key }) => taskName(key)),
      collections: [...new Map(loaded.map((one) => [nameKey(one), one])).values()],
      mapping: new EntityMapping(handler.target.prototype as object, dictionaries),
    };
  }
}
