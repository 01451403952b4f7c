import { ApiProperty } from '@nestjs-spark/observability/internal';
import type { WitnessRecord } from '@nestjs-spark/contracts/internal';
import { ENGINE_NAMES, type EngineName } from '@nestjs-spark/contracts';
import type { Freshness } from '../freshness/freshness.ts';
import type { ReplicationView } from '../status/replication-view.ts';
import { IncomingTaskAnswer, OutgoingTaskAnswer, OwnerRequestAnswer } from './task-answers.ts';

export class ReplicationAnswer implements ReplicationView {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ example: 'the RavenDB licence (None) does not include RavenDB ETL' })
  engineReason!: string;

  @ApiProperty({ type: [IncomingTaskAnswer], description: 'Copies that this module keeps' })
  incoming!: IncomingTaskAnswer[];

  @ApiProperty({ type: [OutgoingTaskAnswer], description: 'What goes from here to other modules' })
  outgoing!: OutgoingTaskAnswer[];

  @ApiProperty({ type: [OwnerRequestAnswer], description: 'How the requests to owners stand' })
  requests!: OwnerRequestAnswer[];
}

export class FreshnessAnswer implements Freshness {
  @ApiProperty()
  complete!: boolean;

  @ApiProperty({ type: Number, nullable: true })
  appliedEtag!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  sourceEtag!: number | null;

  @ApiProperty({ type: String, nullable: true, description: "The owner's database that the etags are of" })
  databaseId!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds; null: not known' })
  behindMs!: number | null;

  @ApiProperty()
  sourceReachable!: boolean;
}

class WitnessAnswer implements WitnessRecord {
  @ApiProperty({ description: 'How often it was raised' })
  number!: number;

  @ApiProperty({ type: [String], description: 'Marks of the last times, newest first' })
  marks!: readonly string[];
}

export class SourceAnswer {
  @ApiProperty()
  sourceEtag!: number;

  @ApiProperty({ description: 'The database that the etag is of' })
  databaseId!: string;

  @ApiProperty({ type: WitnessAnswer, description: 'Tells a database that was restored under its old id' })
  witness!: WitnessAnswer;
}

export class ResyncAnswer {
  @ApiProperty({ type: [String], example: ['Cars'] })
  tasks!: string[];
}
