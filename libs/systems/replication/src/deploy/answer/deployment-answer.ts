import { ApiProperty, ApiPropertyOptional } from '@nestjs-spark/observability/internal';
import {
  ENGINE_NAMES,
  TASK_STATES,
  type EngineName,
  type EtlDeploymentResult,
  type EtlTaskResult,
  type TaskState,
} from '@nestjs-spark/contracts';

export class TaskAnswer implements EtlTaskResult {
  @ApiProperty({ example: 'Cars' })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ enum: ENGINE_NAMES })
  engine!: EngineName;

  @ApiProperty({ enum: TASK_STATES })
  state!: TaskState;

  @ApiPropertyOptional({
    type: [String],
    example: ['`number`: 0 of 10 documents have it; did you mean `Number`?'],
    description: "What looks wrong, given the owner's documents",
  })
  warnings?: string[];
}

/** The answer of `POST /spark/etl/deploy`; the counts are numbers of scripts. */
export class DeploymentAnswer implements EtlDeploymentResult {
  @ApiProperty()
  success!: boolean;

  @ApiProperty()
  tasksCreated!: number;

  @ApiProperty()
  tasksUpdated!: number;

  @ApiProperty()
  tasksRemoved!: number;

  @ApiProperty()
  revision!: number;

  @ApiProperty({ type: [TaskAnswer] })
  tasks!: TaskAnswer[];
}
