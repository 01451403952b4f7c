import { Inject, Injectable } from '@nestjs/common';
import { ProblemError, type TaskKey, taskName } from '@nestjs-spark/contracts';
import { UNNAMED_RULE, idKey, type StateStore } from '@nestjs-spark/contracts/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import { Declarations } from '../declare/declarations.ts';
import { DeploymentStore } from '../deploy/deployment-store.ts';
import type { Caller } from '@nestjs-spark/modules/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { OwnerSourceInquiry } from '../request/source-inquiry.ts';
import { noSuchTask } from './no-such-task.ts';
import type { RetriedTask, SetAsideView } from './set-aside-result.ts';
import { viewSetAside, type SetAsideFilter, type SetAsideTask } from './set-aside-view.ts';

export interface SetAsideWish {
  /** Only tasks with this module on the other side. */
  module?: string | undefined;
  /** Only the task of this name. */
  task?: string | undefined;
}

export interface RetryWish extends SetAsideWish {
  /** Ids of the owner's documents. Default: all that are set aside. */
  documents?: string[] | undefined;
}

type Found = Omit<SetAsideTask, 'list'>;

/** Lists what scripts and stores have set aside, and reruns it. */
@Injectable()
export class SetAsideDocuments {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(STATE_STORE) private readonly state: StateStore,
    private readonly capture: CaptureSupervisor,
    private readonly deployments: DeploymentStore,
    private readonly declarations: Declarations,
    private readonly owners: OwnerSourceInquiry,
  ) {}

  /** A module sees what is set aside here for its own tasks; an operator sees everything, in both directions. */
  async list(
    caller: Caller,
    wish: SetAsideWish & SetAsideFilter,
    skip: number,
    take: number,
  ): Promise<SetAsideView> {
    return viewSetAside(await this.look(await this.find(caller, wish)), skip, take, wish);
  }

  /**
   * Requests a rerun of documents. Returns once the request is recorded, not once it is done.
   * @throws {ProblemError} `notFound` if there is no such task, `unavailable` if an owner that has to send documents again does not answer
   */
  async retry(caller: Caller, wish: RetryWish): Promise<RetriedTask[]> {
    const found = await this.find(caller, wish);
    if (found.length === 0) throw new ProblemError('notFound', noSuchTask(await this.find(caller, {})));
    const retried: RetriedTask[] = [];
    for (const task of await this.look(found)) {
      const documents = await this.rerunTask(task, wish.documents ?? null);
      const { direction, task: key } = task;
      const module = direction === 'out' ? key.requester : key.owner;
      if (documents > 0) retried.push({ direction, module, task: key.name, documents });
    }
    return retried;
  }

  private async rerunTask({ direction, task, list }: SetAsideTask, wanted: string[] | null): Promise<number> {
    const setAside = list.documents.length + list.beyond;
    if (direction === 'out') {
      if (wanted === null && setAside === 0) return 0;
      await this.capture.retry(task, wanted);
      return wanted?.length ?? setAside;
    }
    const asked = list.documents.filter(({ documentId, ids = UNNAMED_RULE }) => {
      return !wanted || wanted.some((id) => idKey(ids, id) === idKey(ids, documentId));
    });
    const documents = [...new Set(asked.map(({ documentId }) => documentId))];
    if (documents.length > 0) await this.owners.sendAgain(task, documents);
    return documents.length;
  }

  private async look(found: readonly Found[]): Promise<SetAsideTask[]> {
    return Promise.all(
      found.map(async (one) => ({ ...one, list: await listSetAside(this.state, taskName(one.task)) })),
    );
  }

  private async find(caller: Caller, { module, task: name }: SetAsideWish): Promise<Found[]> {
    if (caller.kind === 'module' && module !== undefined && !sameName(module, caller.module)) {
      throw new ProblemError('forbidden', `The token is not that of ${module}.`);
    }
    const other = caller.kind === 'module' ? caller.module : module;
    const outgoing = await this.outgoing(other);
    const incoming = caller.kind === 'operator' ? this.incoming(other) : [];
    return [...outgoing, ...incoming].filter(({ task }) => name === undefined || sameName(task.name, name));
  }

  private async outgoing(requester: string | undefined): Promise<Found[]> {
    const deployments = (await this.deployments.list()).filter(({ engine }) => engine === 'stream');
    const wanted = deployments.filter((one) => requester === undefined || sameName(one.requester, requester));
    return wanted.flatMap((deployment) =>
      deployment.tasks.map(({ name, collection, fingerprint, generation }): Found => {
        const task: TaskKey = { owner: this.settings.moduleName, requester: deployment.requester, name };
        return { direction: 'out', task, collection, running: { fingerprint, generation } };
      }),
    );
  }

  private incoming(owner: string | undefined): Found[] {
    const declared = this.declarations.tasks();
    const wanted = declared.filter(({ key: task }) => owner === undefined || sameName(task.owner, owner));
    return wanted.map(({ key: task, collection }) => ({ direction: 'in', task, collection }));
  }
}
