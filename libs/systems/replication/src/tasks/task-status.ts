import { ApiProperty } from '@nestjs-spark/observability/internal';
import { ENGINE_NAMES, TASK_STATES, type EngineName, type TaskState } from '@nestjs-spark/contracts';
import { CARRIED_BY, type CarriedBy, type UnitStatus } from '@nestjs-spark/runtime/internal';

/** What is known of a task on either side. These classes are the one shape of a task: engines, HTTP, health and metrics read it. */
class ReportedTask implements UnitStatus<TaskState> {
  /** The task's name at its owner. */
  @ApiProperty({ example: 'Cars', description: "The task's name at its owner" })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: TaskState;

  /** The newest etag of the owner's database that is known here. */
  @ApiProperty({ type: Number, nullable: true, description: "The newest etag known of the owner's database" })
  sourceEtag!: number | null;

  /**
   * Changes of the owner's database that are not applied (incoming) or not confirmed (outgoing) yet, at most: etags have gaps
   * and count its other collections too. Null when that is not known, for example when nothing has been heard from the owner for a minute.
   */
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Changes still to come, at most: etags have gaps and count other collections too; null: not known',
  })
  lag!: number | null;

  /** Age of what is applied or confirmed, in milliseconds; 0 when nothing is missing, null where `lag` is. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Age of what is applied or confirmed, in milliseconds; 0 when nothing is missing, null: not known',
  })
  behindMs!: number | null;

  /** Errors of this instance. */
  @ApiProperty()
  errors!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  /** Whether this instance does the work. If not, `carriedBy` says whether another one does. */
  @ApiProperty({ description: 'This instance carries it' })
  active!: boolean;

  @ApiProperty({ enum: [...CARRIED_BY], description: 'Which instance of the module does its work' })
  carriedBy!: CarriedBy;
}

/** A message on the bus that is not the owner's, or cannot be read. */
export class RefusedMessage {
  /** Its sequence in the route's stream. */
  @ApiProperty({ description: "Its sequence in the route's stream" })
  sequence!: number;

  @ApiProperty()
  reason!: string;

  /** When it was read, in milliseconds since 1970. */
  @ApiProperty({ description: 'When it was read, in milliseconds since 1970' })
  at!: number;
}

/** A copy that this module keeps of another module's collection, as it is now. */
export class IncomingTask extends ReportedTask {
  @ApiProperty({ example: 'Fleet' })
  owner!: string;

  /** Null until the owner has accepted the request. */
  @ApiProperty({
    enum: ENGINE_NAMES,
    nullable: true,
    description: 'Null until the owner has accepted the request',
  })
  engine!: EngineName | null;

  @ApiProperty({ type: Number, nullable: true })
  generation!: number | null;

  /** The owner's database that the copy was made from, to which the etags belong. */
  @ApiProperty({
    type: String,
    nullable: true,
    description: "The owner's database that the copy was made from",
  })
  databaseId!: string | null;

  /** Everything up to this etag of the owner's database is applied. */
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

  /** Copies that this module's store refused. */
  @ApiProperty({ description: 'Copies that the store of this module refused' })
  setAside!: number;

  /** The last messages that this instance refused because they are not the owner's or cannot be read, at most 20. */
  @ApiProperty({
    type: [RefusedMessage],
    description: "The last messages that this instance refused: not the owner's, or unreadable",
  })
  refused!: RefusedMessage[];

  /** All of it is here. */
  @ApiProperty({ description: 'All of it is here, as the declared script makes it' })
  complete!: boolean;

  /** Why it is not complete, in words; null when it is. */
  @ApiProperty({ type: String, nullable: true, description: 'Why it is not complete, in words' })
  incompleteBecause!: string | null;

  /** Why it is blocked by a fault on this module's side; null when it is not. Health is red meanwhile. */
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      "Why it does not move although it should, by a fault on this module's side; health is red meanwhile",
  })
  stalledBecause!: string | null;
}

/** What this module sends to another one, as it is now. */
export class OutgoingTask extends ReportedTask {
  @ApiProperty({ example: 'HR' })
  requester!: string;

  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ description: 'Why this engine carries it' })
  engineReason!: string;

  @ApiProperty()
  generation!: number;

  /** Everything up to this etag has left this module. */
  @ApiProperty({ type: Number, nullable: true, description: 'Sent up to this etag' })
  position!: number | null;

  /** What the requester has confirmed. */
  @ApiProperty({ type: Number, nullable: true, description: 'What the requester has confirmed' })
  confirmedEtag!: number | null;

  /** The first copy was sent completely. */
  @ApiProperty({ description: 'The first copy was sent completely' })
  complete!: boolean;

  @ApiProperty({ type: Number, nullable: true })
  documentsRead!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  documentsTotal!: number | null;

  /** Documents whose script failed; they are not at the requester. */
  @ApiProperty({ type: Number, nullable: true, description: 'Documents whose script failed' })
  setAside!: number | null;

  /** `best-effort`: a delete that RavenDB cleaned away before it was read is missed. */
  @ApiProperty({
    enum: ['kept', 'best-effort'],
    description: 'best-effort: a delete that RavenDB cleaned away before it was read is missed',
  })
  deletes!: 'kept' | 'best-effort';
}

/** One task as its engine sees it. What an engine cannot know is null. */
export type EngineTask = Omit<OutgoingTask, 'requester' | 'engine' | 'engineReason'>;

export function lagOf(position: number | null, sourceEtag: number | null): number | null {
  return position === null || sourceEtag === null ? null : Math.max(0, sourceEtag - position);
}
