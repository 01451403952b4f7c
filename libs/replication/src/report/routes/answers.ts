import { ApiProperty } from '@nestjs/swagger';
import type { EngineName } from '@nestjs-spark/contracts';
import type { OwnerRequestStatus } from '../../request/request-status.ts';
import type { Freshness } from '../freshness/freshness.ts';
import type { ReplicationView } from '../status/replication-view.ts';
import type { IncomingTask, OutgoingTask } from '../status/task-status.ts';

export class ReplicationAnswer implements ReplicationView {
  @ApiProperty({ example: 'Fleet' })
  module!: string;

  @ApiProperty({ enum: ['etl', 'stream'] })
  engine!: EngineName;

  @ApiProperty({ example: 'the RavenDB licence (None) does not include RavenDB ETL' })
  engineReason!: string;

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'Copies that this module keeps' })
  incoming!: IncomingTask[];

  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    description: 'What goes from here to other modules',
  })
  outgoing!: OutgoingTask[];

  @ApiProperty({ type: 'array', items: { type: 'object' }, description: 'How the requests to owners stand' })
  requests!: OwnerRequestStatus[];
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
