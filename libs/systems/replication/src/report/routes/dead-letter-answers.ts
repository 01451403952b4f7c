import { ApiProperty } from '@nestjs-spark/observability/internal';
import type { DeadLetterView } from '../dead-letters/dead-letter-box.ts';

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
