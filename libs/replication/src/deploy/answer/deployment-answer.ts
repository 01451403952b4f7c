import { ApiProperty } from '@nestjs/swagger';
import type { EngineName, EtlDeploymentResult, EtlTaskResult, TaskState } from '@nestjs-spark/contracts';

export class TaskAnswer implements EtlTaskResult {
  @ApiProperty({ example: 'Cars' })
  name!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({ enum: ['etl', 'stream'] })
  engine!: EngineName;

  @ApiProperty({ enum: ['Starting', 'Snapshotting', 'Streaming', 'Waiting', 'Faulted'] })
  state!: TaskState;
}

/** How `POST /spark/etl/deploy` answers; the counts are scripts. */
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
