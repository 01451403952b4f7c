import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { ENGINE_NAMES, TASK_STATES, type EngineName, type TaskState } from '@nestjs-spark/contracts';
import { CARRIED_BY, type CarriedBy } from '@nestjs-spark/streaming/internal';
import type { OwnerRequestStatus, RequestState } from '../../request/request-status.ts';
import type { IncomingTask, OutgoingTask } from '../status/task-status.ts';

/** What a task says of itself on either side. */
class ReportedTask {
  @ApiProperty({ example: 'Cars', description: "The task's name at its owner" })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: TaskState;

  @ApiProperty({ type: Number, nullable: true, description: "The newest etag known of the owner's database" })
  sourceEtag!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Changes still to come, at most: etags have gaps and count other collections too; null: not known',
  })
  lag!: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Age of what is applied or confirmed, in milliseconds; 0 when nothing is missing, null: not known',
  })
  behindMs!: number | null;

  @ApiProperty()
  errors!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({ description: 'This instance carries it' })
  active!: boolean;

  @ApiProperty({ enum: [...CARRIED_BY], description: 'Which instance of the module does its work' })
  carriedBy!: CarriedBy;
}

@ApiSchema({ name: 'IncomingTask' })
export class IncomingTaskAnswer extends ReportedTask implements IncomingTask {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  @ApiProperty({
    enum: ENGINE_NAMES,
    nullable: true,
    description: 'Null until the owner has taken the request',
  })
  engine!: EngineName | null;

  @ApiProperty({ type: Number, nullable: true })
  generation!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "The owner's database that the copy was made from",
  })
  databaseId!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: "Applied up to this etag of the owner's database",
  })
  position!: number | null;

  @ApiProperty()
  documentsApplied!: number;

  @ApiProperty()
  documentsDeleted!: number;

  @ApiProperty({ description: 'Copies that the store of this module did not take' })
  setAside!: number;

  @ApiProperty({ description: 'All of it is here, as the declared script takes it' })
  complete!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is not complete, in words' })
  incompleteBecause!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      "Why it does not move although it should, by a fault on this module's side; health is red meanwhile",
  })
  stalledBecause!: string | null;
}

@ApiSchema({ name: 'OutgoingTask' })
export class OutgoingTaskAnswer extends ReportedTask implements OutgoingTask {
  @ApiProperty({ example: 'HR' })
  requester!: string;

  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ description: 'Why this engine carries it' })
  engineReason!: string;

  @ApiProperty()
  generation!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Sent up to this etag' })
  position!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'What the requester has confirmed' })
  confirmedEtag!: number | null;

  @ApiProperty({ description: 'The first copy was sent completely' })
  complete!: boolean;

  @ApiProperty({ type: Number, nullable: true })
  documentsRead!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  documentsTotal!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Documents whose script failed' })
  setAside!: number | null;

  @ApiProperty({
    enum: ['kept', 'best-effort'],
    description: 'best-effort: a delete that RavenDB cleaned away before it was read is missed',
  })
  deletes!: 'kept' | 'best-effort';
}

@ApiSchema({ name: 'OwnerRequest' })
export class OwnerRequestAnswer implements OwnerRequestStatus {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  @ApiProperty()
  revision!: number;

  @ApiProperty({
    enum: ['pending', 'retrying', 'deployed', 'dead'],
    description: 'dead: a dead letter, until it is replayed or the owner registers again',
  })
  state!: RequestState;

  @ApiProperty()
  attempts!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...ENGINE_NAMES] },
    description: 'By task name, as the owner answered; empty before',
  })
  engines!: Record<string, EngineName>;
}
