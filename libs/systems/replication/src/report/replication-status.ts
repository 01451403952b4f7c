import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type Type } from '@nestjs/common';
import { ProblemError, taskId, type Change } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import { ArrivalHandlers } from '../arrivals/arrival-handlers.ts';
import type { HandlerStatus } from '../arrivals/run/handler-status.ts';
import { Declarations } from '../declare/declarations.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import type { IncomingTask } from '../tasks/task-status.ts';
import { OwnerSourceInquiry } from '../request/source-inquiry.ts';
import { ArrivalWaits, type ArrivalOptions, type ArrivalQuery } from './arrival/arrival-waits.ts';
import { isReached, judgeFreshness, type Asked, type Freshness } from './freshness/freshness.ts';
import { Incoming } from './status/incoming.ts';

const PATIENCE_MS = 2_000;
const LOOK_EVERY_MS = 10;
const MOST_NAMES = 20;

/** The state of the copies that this module keeps. Inject it where the application depends on them. */
@Injectable()
export class ReplicationStatus {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    private readonly source: OwnerSourceInquiry,
    private readonly incoming: Incoming,
    private readonly declarations: Declarations,
    private readonly arrivals: ArrivalWaits,
    private readonly arrivalHandlers: ArrivalHandlers,
  ) {}

  /** Every declared copy, as shown by the checkpoints that all instances share. Only reads memory. */
  tasks(): IncomingTask[] {
    return this.incoming.tasks();
  }

  /** The methods with `@OnReplicated()`, as seen by this instance. */
  handlers(): HandlerStatus[] {
    return this.arrivalHandlers.statuses();
  }

  /**
   * Whether everything that the declared scripts take from the owner's collection is here. Once true, it stays true until a script changes or the
   * owner has another database. For a class with `@Replicated()`: whether everything it declares is here.
   */
  isComplete(copies: Type): boolean;
  isComplete(owner: string, collection: string): boolean;
  isComplete(ofWhat: Type | string, collection = ''): boolean {
    const tasks = typeof ofWhat === 'string' ? this.tasksOf(ofWhat, collection) : this.tasksOfClass(ofWhat);
    return tasks.length > 0 && tasks.every(({ complete }) => complete);
  }

  /**
   * Asks the owner for its position, waits up to two seconds until that is applied here, and returns how fresh the copies are. If the owner does
   * not answer, returns what was last known, with `sourceReachable: false`.
   * @throws {ProblemError} `notFound` if nothing is declared for that collection
   */
  async freshness(owner: string, collection: string): Promise<Freshness> {
    const first = this.tasksOf(owner, collection)[0];
    if (!first) throw this.notKept(owner, collection);
    const end = performance.now() + PATIENCE_MS;
    const asked = await this.ask(first);
    if (asked !== null) {
      while (performance.now() < end && !isReached(this.tasksOf(owner, collection), asked))
        await wait(LOOK_EVERY_MS);
    }
    return judgeFreshness(this.tasksOf(owner, collection), asked);
  }

  /**
   * Waits until a change of an owner is here: everything up to it is applied, in all copies of the collection. Name the change
   * with what the owner's write returned (`stored[CHANGE]`, or the `Spark-Change` header of its answer); with `documentId` alone
   * the owner is asked how far it is, and that is waited for.
   * @returns the change that has arrived
   * @throws {ProblemError} `notArrived` (504) after `timeoutMs`, saying how far the copies are; `otherDatabase` (409) for a
   *   change of
   *   another database than the owner's; `copySetAside` (409) when this module's store refused the copy; `notFound` when nothing
   *   of that collection is declared; `unavailable` when the application is shutting down
   * @throws the reason of `signal` when it aborts
   */
  async whenArrived(query: ArrivalQuery, options: ArrivalOptions = {}): Promise<Change> {
    const { owner, collection } = query;
    if (query.change === undefined && query.documentId === undefined)
      throw new ProblemError('invalid', 'Name the change, or the documentId, to wait for');
    const tasks = (): IncomingTask[] => this.tasksOf(owner, collection);
    if (tasks().length === 0) throw this.notKept(owner, collection);
    return this.arrivals.wait(query, options, tasks);
  }

  /** The declared copies of one collection, one per script. */
  tasksOf(owner: string, collection: string): IncomingTask[] {
    return this.tasks().filter(
      (task) => sameName(task.owner, owner) && sameName(task.collection, collection),
    );
  }

  private tasksOfClass(copies: Type): IncomingTask[] {
    const declared = this.declarations.classes().filter(({ target }) => target === copies);
    const ids = new Set(declared.map(({ task }) => taskId(task.key)));
    const { moduleName: requester } = this.settings;
    return this.tasks().filter(({ owner, name }) => ids.has(taskId({ owner, requester, name })));
  }

  /** The error for a collection of which nothing is declared; it names what is. */
  notKept(owner: string, collection: string): ProblemError {
    const kept = [...new Set(this.tasks().map((task) => `${task.owner}/${task.collection}`))];
    const known =
      kept.length === 0
        ? 'Nothing is declared: name the class with @Replicated() in forFeature, and import that module when the application starts.'
        : `It keeps copies of ${kept.slice(0, MOST_NAMES).join(', ')}.`;
    return new ProblemError('notFound', `This module keeps no copies of ${owner}/${collection}. ${known}`);
  }

  private async ask({ owner, name }: IncomingTask): Promise<Asked | null> {
    const requester = this.settings.moduleName;
    const late = wait(PATIENCE_MS, 'away' as const, { ref: false });
    const answer = await Promise.race([this.source.ask({ owner, requester, name }), late]);
    return typeof answer === 'string' ? null : answer;
  }
}
