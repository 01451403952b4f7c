import { Inject, Injectable } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { isName, ProblemError, taskId } from '@nestjs-spark/contracts';
import type { ChangeSource, WitnessRecord } from '@nestjs-spark/contracts/internal';
import { CHANGE_FEED } from '@nestjs-spark/store';
import { CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { DeploymentStore } from '../../deploy/deployment-store.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';

@ApiSchema({ name: 'WitnessAnswer' })
class ToldWitness implements WitnessRecord {
  @ApiProperty({ description: 'How often it was raised' })
  number!: number;

  @ApiProperty({ type: [String], description: 'Marks of the last times, newest first' })
  marks!: readonly string[];
}

/** The position of a database, its identity, and the witness of what was read from it for the task. */
@ApiSchema({ name: 'SourceAnswer' })
export class ToldSource {
  @ApiProperty()
  sourceEtag!: number;

  @ApiProperty({ description: 'The database that the etag belongs to' })
  databaseId!: string;

  @ApiProperty({ type: ToldWitness, description: 'Reveals a database that was restored under its old id' })
  witness!: ToldWitness;
}

/** Reports the position of this module's database to a requester, and has it sent through the task's log as well. */
@Injectable()
export class SourcePosition {
  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(CHANGE_FEED) private readonly feed: ChangeSource,
    private readonly supervisor: CaptureSupervisor,
    private readonly store: DeploymentStore,
  ) {}

  /** @throws {ProblemError} `notFound` if the requester has no such task here */
  async tell(requester: string, name: string): Promise<ToldSource> {
    const deployment = isName(name) ? await this.store.read(requester) : null;
    if (!deployment?.value.tasks.some((task) => sameName(task.name, name))) {
      throw new ProblemError('notFound', `${requester} has no such task here.`);
    }
    const task = { owner: this.settings.moduleName, requester, name };
    const flushed = await this.supervisor.flush(task);
    if (flushed) return flushed;
    // Another instance carries the task, but the position can be answered all the same.
    const { lastEtag, databaseId, witness } = await this.feed.identify(taskId(task));
    return { sourceEtag: lastEtag, databaseId, witness };
  }
}
