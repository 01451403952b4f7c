import { Inject, Injectable } from '@nestjs/common';
import { isName, ProblemError, taskId } from '@nestjs-spark/contracts';
import type { ChangeSource, WitnessRecord } from '@nestjs-spark/contracts/internal';
import type { CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { DeploymentStore } from '../../deploy/deployment-store.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { CAPTURE_SUPERVISOR, CHANGE_FEED, REPLICATION_OPTIONS } from '../../settings/tokens.ts';

/** How far a database is, which one it is, and what it remembers of what was read from it for the task. */
export interface ToldSource {
  sourceEtag: number;
  databaseId: string;
  witness: WitnessRecord;
}

/** Says to a requester how far this module's database is, and has word of it sent through the task's log. */
@Injectable()
export class SourcePosition {
  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(CAPTURE_SUPERVISOR) private readonly supervisor: CaptureSupervisor,
    @Inject(CHANGE_FEED) private readonly feed: ChangeSource,
    private readonly store: DeploymentStore,
  ) {}

  /** @throws {ProblemError} `notFound` when the requester has no such task here */
  async tell(requester: string, name: string): Promise<ToldSource> {
    const deployment = isName(name) ? await this.store.read(requester) : null;
    if (!deployment?.value.tasks.some((task) => sameName(task.name, name))) {
      throw new ProblemError('notFound', `${requester} has no such task here.`);
    }
    const task = { owner: this.settings.moduleName, requester, name };
    const flushed = await this.supervisor.flush(task);
    if (flushed) return flushed;
    // Another instance carries the task; where the database is can be said all the same.
    const { lastEtag, databaseId, witness } = await this.feed.identify(taskId(task));
    return { sourceEtag: lastEtag, databaseId, witness };
  }
}
