import { Injectable } from '@nestjs/common';
import { isName, ProblemError } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import { ApiProperty, ApiSchema } from '@nestjs-spark/observability/internal';
import { DeploymentStore } from '../../deploy/deployment-store.ts';

/** A deployed script. */
@ApiSchema({ name: 'RunningScriptAnswer' })
export class RunningScript {
  @ApiProperty()
  script!: string;

  @ApiProperty({ example: 'Cars' })
  collection!: string;

  @ApiProperty({
    description: 'The generation that the deployment began; a resync begins others with the same script',
  })
  generation!: number;

  @ApiProperty()
  revision!: number;

  @ApiProperty()
  fingerprint!: string;

  @ApiProperty({ format: 'date-time' })
  deployedAt!: string;
}

/** The scripts that run here for other modules. */
@Injectable()
export class RunningScripts {
  constructor(private readonly deployments: DeploymentStore) {}

  /** @throws {ProblemError} `notFound` if there is no such task */
  async find(requester: string, name: string): Promise<RunningScript> {
    const found = isName(requester) ? await this.deployments.read(requester) : null;
    const task = found?.value.tasks.find((one) => sameName(one.name, name));
    if (!found || !task) {
      throw new ProblemError('notFound', 'No script runs here for a task of that name and module.');
    }
    const { script, collection, generation, fingerprint } = task;
    const { revision, deployedAtUtc: deployedAt } = found.value;
    return { script, collection, generation, revision, fingerprint, deployedAt };
  }
}
