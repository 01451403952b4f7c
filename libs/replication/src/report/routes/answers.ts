import { ApiProperty } from '@nestjs/swagger';
import type { EngineName } from '@nestjs-spark/contracts';
import type { DeadLetterView } from '../dead-letters/dead-letter-box.ts';
import type { Freshness } from '../freshness/freshness.ts';
import type { ReplicationView } from '../status/replication-view.ts';
import { IncomingTaskAnswer, OutgoingTaskAnswer, OwnerRequestAnswer } from './task-answers.ts';

export class ReplicationAnswer implements ReplicationView {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  @ApiProperty({ enum: ['etl', 'stream'] })
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

  @ApiProperty({ type: Number, nullable: true, description: 'Milliseconds' })
  behindMs!: number | null;

  @ApiProperty()
  sourceReachable!: boolean;
}

export class SourceAnswer {
  @ApiProperty()
  sourceEtag!: number;
}

export class ResyncAnswer {
  @ApiProperty({ type: [String], example: ['Cars'] })
  tasks!: string[];
}

class AttemptAnswer {
  @ApiProperty()
  number!: number;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty()
  error!: string;
}

export class DeadLetterAnswer implements DeadLetterView {
  @ApiProperty({ description: 'Names it for the replay' })
  id!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({ format: 'date-time' })
  publishedAt!: string;

  @ApiProperty({ format: 'date-time' })
  failedAt!: string;

  @ApiProperty({ type: [AttemptAnswer], description: 'Every try that failed, the first one first' })
  attempts!: AttemptAnswer[];

  @ApiProperty({ description: 'Deliveries that ended without an answer, as when the process was killed' })
  unanswered!: number;
}

export class ReplayAnswer {
  @ApiProperty()
  id!: string;

  @ApiProperty({
    enum: ['replayed', 'superseded'],
    description: 'superseded: a newer one of its kind was sent meanwhile',
  })
  outcome!: 'replayed' | 'superseded';
}
