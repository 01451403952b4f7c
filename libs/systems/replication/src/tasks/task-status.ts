import { ApiProperty } from '@nestjs-spark/observability/internal';
import { ENGINE_NAMES, TASK_STATES, type EngineName, type TaskState } from '@nestjs-spark/contracts';
import { CARRIED_BY, type CarriedBy, type UnitStatus } from '@nestjs-spark/runtime/internal';

/** The state of a task on either side. These classes are the only shape of a task: engines, HTTP, health and metrics use it. */
class ReportedTask implements UnitStatus<TaskState> {
  /** The task's name at its owner. */
  @ApiProperty({ example: 'Cars', description: "The task's name at its owner" })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ enum: TASK_STATES })
  state!: TaskState;

  /** The newest known etag of the owner's database. */
  @ApiProperty({ type: Number, nullable: true, description: "The newest etag known of the owner's database" })
  sourceEtag!: number | null;

  /**
   * An upper bound for the changes of the owner's database that are not applied (incoming) or not confirmed (outgoing) yet: etags have gaps and
   * count its other collections too. Null if unknown, for example if the owner has been silent for a minute.
   */
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Changes still to come, at most: etags have gaps and count other collections too; null: not known',
  })
  lag!: number | null;

  /** The age of what is applied or confirmed, in milliseconds; 0 if nothing is missing, null if `lag` is. */
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Age of what is applied or confirmed, in milliseconds; 0 when nothing is missing, null: not known',
  })
  behindMs!: number | null;

  /** The number of errors in this instance. */
  @ApiProperty()
  errors!: number;

  @ApiProperty({ type: String, nullable: true })
  lastError!: string | null;

  /** Whether this instance does the work. If not, `carriedBy` says whether another one does. */
  @ApiProperty({ description: 'Whether this instance does its work' })
  active!: boolean;

  @ApiProperty({ enum: [...CARRIED_BY], description: 'Which instance of the module does its work' })
  carriedBy!: CarriedBy;
}

/** A message on the bus that is not from the owner, or is unreadable. */
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

  /** The owner's database that the copy was made from, and that the etags belong to. */
  @ApiProperty({
    type: String,
    nullable: true,
    description: "The owner's database that the copy was made from",
  })
  databaseId!: string | null;

  /** The etag of the owner's database up to which everything is applied. */
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

  /** The latest messages, at most 20, that this instance refused because they are not from the owner or are unreadable. */
  @ApiProperty({
    type: [RefusedMessage],
    description: "The last messages that this instance refused: not the owner's, or unreadable",
  })
  refused!: RefusedMessage[];

  /** All of it is here. */
  @ApiProperty({ description: 'All of it is here, as the declared script makes it' })
  complete!: boolean;

  /** Why it is not complete, in words; null if it is. */
  @ApiProperty({ type: String, nullable: true, description: 'Why it is not complete, in words' })
  incompleteBecause!: string | null;

  /** Why it is blocked by a fault on this module's side; null if it is not. Meanwhile, health reports it as not ready. */
  @ApiProperty({
    type: String,
    nullable: true,
    description: "Why it is blocked by a fault on this module's side; meanwhile health reports not ready",
  })
  stalledBecause!: string | null;
}

/** The current state of what this module sends to another one. */
export class OutgoingTask extends ReportedTask {
  @ApiProperty({ example: 'HR' })
  requester!: string;

  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ description: 'Why this engine carries it' })
  engineReason!: string;

  @ApiProperty()
  generation!: number;

  /** The etag up to which everything was sent. */
  @ApiProperty({ type: Number, nullable: true, description: 'Sent up to this etag' })
  position!: number | null;

  /** The etag that the requester has confirmed. */
  @ApiProperty({ type: Number, nullable: true, description: 'What the requester has confirmed' })
  confirmedEtag!: number | null;

  /** Whether the first copy was sent completely. */
  @ApiProperty({ description: 'The first copy was sent completely' })
  complete!: boolean;

  @ApiProperty({ type: Number, nullable: true })
  documentsRead!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  documentsTotal!: number | null;

  /** The number of documents whose script failed; they are not at the requester. */
  @ApiProperty({ type: Number, nullable: true, description: 'Documents whose script failed' })
  setAside!: number | null;

  /** `best-effort`: a delete that RavenDB cleaned away before it was read is missed. */
  @ApiProperty({
    enum: ['kept', 'best-effort'],
    description: 'best-effort: a delete that RavenDB cleaned away before it was read is missed',
  })
  deletes!: 'kept' | 'best-effort';
}

/** One task as seen by its engine. What an engine cannot know is null. */
export type EngineTask = Omit<OutgoingTask, 'requester' | 'engine' | 'engineReason'>;

export function lagOf(position: number | null, sourceEtag: number | null): number | null {
  return position === null || sourceEtag === null ? null : Math.max(0, sourceEtag - position);
}
