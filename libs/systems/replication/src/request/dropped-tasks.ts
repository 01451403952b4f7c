import { Inject, Injectable } from '@nestjs/common';
import { describeTask, taskId, taskOf, type TaskKey } from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import { sameName, tryEach } from '@nestjs-spark/foundation/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { CHANGE_TARGET } from '@nestjs-spark/store';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../declare/declarations.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';

/** The tasks that this module has copies of but no longer declares. */
@Injectable()
export class DroppedTasks {
  private readonly log = logFor('Replication');

  constructor(
    @Inject(REPLICATION_SETTINGS)
    private readonly settings: Pick<ReplicationSettings, 'moduleName' | 'onDrop'>,
    @Inject(CHANGE_TARGET) private readonly target: Pick<ChangeSink, 'listCheckpoints'>,
    private readonly declarations: Declarations,
    private readonly apply: ApplySupervisor,
  ) {}

  /** Removes their copies or keeps them (`onDrop`), and logs that. */
  async settle(): Promise<void> {
    await tryEach(await this.find(), (task) => this.settleTask(task));
  }

  private async settleTask(task: TaskKey): Promise<void> {
    if (this.settings.onDrop === 'keep') {
      this.log.log(
        `${describeTask(task)} is no longer declared; its copies are kept as they are (onDrop: keep)`,
      );
      return;
    }
    const { removed, kept } = await this.apply.forget(task);
    this.log.log(
      `${describeTask(task)} is no longer declared; its ${removed === 1 ? 'copy was' : `${removed} copies were`} removed`,
    );
    const [first] = kept;
    if (first)
      this.log.warn(
        `${describeTask(task)}: the store refuses to delete ${kept.length} of its copies, which are tried again at the next start. The first is ${JSON.stringify(first.id)}: ${first.reason}`,
      );
  }

  private async find(): Promise<TaskKey[]> {
    const declared = new Set(this.declarations.tasks().map(({ key }) => taskId(key)));
    const stored = await this.target.listCheckpoints();
    return stored
      .map(({ checkpoint }) => taskOf(checkpoint.name))
      .filter((task) => task !== null)
      .filter((task) => sameName(task.requester, this.settings.moduleName))
      .filter((task) => !declared.has(taskId(task)));
  }
}
