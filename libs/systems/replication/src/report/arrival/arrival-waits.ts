import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  formatChange,
  parseChange,
  ProblemError,
  taskName,
  type Change,
  type TaskKey,
} from '@nestjs-spark/contracts';
import type { ChangeSource, StateStore } from '@nestjs-spark/contracts/internal';
import { longTimer, Nudge, pause, sameName } from '@nestjs-spark/foundation/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { OWN_CHANGES } from '@nestjs-spark/store/internal';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { COPY_SET_ASIDE, NOT_ARRIVED, OTHER_DATABASE } from '../../problems/problems.ts';
import { OwnerSourceInquiry } from '../../request/source-inquiry.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import { copyEtag } from './copy-etag.ts';
import { describeReach, judgeArrival } from './judge-arrival.ts';

const PATIENCE_MS = 10_000;
/** How often to check while another instance applies, in milliseconds. */
const LOOK_EVERY_MS = 20;
const ASK_AGAIN_MS = 500;

/** What to wait for at a requester: a change, as returned by the owner's write or in the text form of its header; or a document. */
export interface ArrivalQuery {
  owner: string;
  collection: string;
  /** The result of the owner's write, or the value of its `Spark-Change` header. */
  change?: Change | string;
  /**
   * The document's id at the owner. Without `change`: its version at the owner at the time of the call. With `change`: the copy of this document
   * must be at least as new as the change; without it, the copy of a document that was written again in the meantime may still be older.
   */
  documentId?: string;
}

export interface ArrivalOptions {
  /** In milliseconds; any number, and Infinity for as long as it takes. Default 10,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Waits until changes of owners have been applied here. */
@Injectable()
export class ArrivalWaits implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(STATE_STORE) private readonly state: StateStore,
    private readonly source: OwnerSourceInquiry,
    private readonly supervisor: ApplySupervisor,
    @Inject(OWN_CHANGES) private readonly changes: Pick<ChangeSource, 'load'>,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** @param tasks returns the collection's current tasks; at least one */
  async wait(
    query: ArrivalQuery,
    { timeoutMs = PATIENCE_MS, signal }: ArrivalOptions,
    tasks: () => IncomingTask[],
  ): Promise<Change> {
    // Not `AbortSignal.timeout`, which fires at once from 25 days on, and takes neither Infinity nor fractions.
    const late = new AbortController();
    const forget = longTimer(timeoutMs, () => late.abort());
    const ended = AbortSignal.any([late.signal, this.stopping.signal, ...(signal ? [signal] : [])]);
    try {
      return await this.waitUntil(ended, query, { timeoutMs, signal }, tasks);
    } finally {
      forget();
    }
  }

  private async waitUntil(
    ended: AbortSignal,
    query: ArrivalQuery,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
    tasks: () => IncomingTask[],
  ): Promise<Change> {
    const change = query.change === undefined ? await this.askNow(tasks, ended) : readChange(query.change);
    const arrived =
      change !== null &&
      (await this.reach(change, tasks, ended)) &&
      (await this.reachDocument(query, change, tasks, ended));
    if (arrived) {
      await this.refuseSetAside(change, query.documentId, tasks());
      return change;
    }
    signal?.throwIfAborted();
    if (this.stopping.signal.aborted)
      throw new ProblemError('unavailable', 'This instance is shutting down.');
    throw notArrived(query, change, timeoutMs, tasks());
  }

  /**
   * If a document was written again before its page was read, only the later change arrives. Unless the copy is known to be as new as the change,
   * this also waits for the owner's current position.
   * @returns false if the wait ended before
   */
  private async reachDocument(
    { owner, documentId, change: given }: ArrivalQuery,
    change: Change,
    tasks: () => IncomingTask[],
    ended: AbortSignal,
  ): Promise<boolean> {
    if (documentId === undefined || given === undefined) return true;
    const [copy = null] = await this.changes.load([documentId]);
    if ((copyEtag(copy, { owner, documentId }) ?? -1) >= change.etag) return true;
    await this.refuseSetAside(change, documentId, tasks());
    const now = await this.askNow(tasks, ended);
    return now !== null && (await this.reach(now, tasks, ended));
  }

  /** @returns false if the wait ended before */
  private async reach(change: Change, tasks: () => IncomingTask[], ended: AbortSignal): Promise<boolean> {
    const moved = new Nudge();
    const stop = this.supervisor.onMoved(() => moved.nudge());
    let askAt = 0;
    try {
      for (;;) {
        const verdict = judgeArrival(tasks(), change);
        if (verdict === 'arrived') return true;
        if (ended.aborted) return false;
        if (verdict === 'elsewhere' && performance.now() >= askAt) {
          await this.refuseUnlessComing(change, tasks()[0], ended);
          askAt = performance.now() + ASK_AGAIN_MS;
        }
        await moved.wait(ended, LOOK_EVERY_MS);
        await this.lookElsewhere(tasks());
      }
    } finally {
      stop();
    }
  }

  /** If another instance applies, this one is not notified. */
  private async lookElsewhere(tasks: readonly IncomingTask[]): Promise<void> {
    const others = tasks.filter(({ active, engine }) => !active && engine !== 'etl');
    await Promise.allSettled(others.map((task) => this.supervisor.look(this.keyOf(task))));
  }

  /** The owner may have a new database that the copy does not know yet. @throws if neither has the change's database */
  private async refuseUnlessComing(
    change: Change,
    task: IncomingTask | undefined,
    ended: AbortSignal,
  ): Promise<void> {
    const answer = task && (await this.ask(task, ended));
    if (!task || !answer || answer.databaseId === undefined || answer.databaseId === change.databaseId)
      return;
    throw new ProblemError(
      OTHER_DATABASE,
      `${formatChange(change)} is not a change of ${task.owner}'s database, which is ${answer.databaseId}: it never arrives here.`,
    );
  }

  /** The owner's current position; null if it does not answer in time. */
  private async askNow(tasks: () => IncomingTask[], ended: AbortSignal): Promise<Change | null> {
    while (!ended.aborted) {
      const [task] = tasks();
      const answer = task && (await this.ask(task, ended));
      if (answer?.databaseId !== undefined) return { databaseId: answer.databaseId, etag: answer.sourceEtag };
      await pause(ASK_AGAIN_MS, ended);
    }
    return null;
  }

  private async ask(task: IncomingTask, ended: AbortSignal) {
    const { promise: aborted, resolve } = Promise.withResolvers<'away'>();
    const end = (): void => resolve('away');
    ended.addEventListener('abort', end, { once: true });
    try {
      const answer = await Promise.race([this.source.ask(this.keyOf(task)), aborted]);
      return typeof answer === 'string' ? null : answer;
    } finally {
      ended.removeEventListener('abort', end);
    }
  }

  private keyOf({ owner, name }: IncomingTask): TaskKey {
    return { owner, requester: this.settings.moduleName, name };
  }

  /** @throws if this module's store has refused this version, or the document */
  private async refuseSetAside(
    { etag }: Change,
    wanted: string | undefined,
    tasks: readonly IncomingTask[],
  ): Promise<void> {
    for (const task of tasks) {
      if (task.setAside === 0) continue;
      const { documents } = await listSetAside(this.state, taskName(this.keyOf(task)));
      const refused = documents.find(
        (one) => one.etag === etag || (wanted !== undefined && sameName(one.documentId, wanted)),
      );
      if (!refused) continue;
      throw new ProblemError(
        COPY_SET_ASIDE,
        `The copy of ${JSON.stringify(refused.documentId)} is set aside: ${refused.reason}`,
      );
    }
  }
}

function readChange(given: Change | string): Change {
  const change = typeof given === 'string' ? parseChange(given) : given;
  if (change) return change;
  throw new ProblemError(
    'invalid',
    `${JSON.stringify(String(given).slice(0, 100))} is not a change: pass on the owner's Spark-Change header as it is`,
  );
}

function notArrived(
  { owner, collection, documentId }: ArrivalQuery,
  change: Change | null,
  timeoutMs: number,
  tasks: readonly IncomingTask[],
): ProblemError {
  const what = change
    ? `Change ${formatChange(change)}`
    : `${JSON.stringify(documentId)}, whose version ${owner} has not reported,`;
  const reaches = tasks.map(describeReach).join('; ');
  return new ProblemError(
    NOT_ARRIVED,
    `${what} of ${owner}/${collection} has not arrived within ${timeoutMs} ms: ${reaches}.`,
    {
      members: {
        change: change && formatChange(change),
        tasks: tasks.map(({ name, state, databaseId, position, lag }) => ({
          name,
          state,
          databaseId,
          position,
          lag,
        })),
      },
    },
  );
}
