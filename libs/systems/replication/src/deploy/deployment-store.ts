import { Inject, Injectable } from '@nestjs/common';
import { deploymentId, refuseOdd, type StateStore, type Versioned } from '@nestjs-spark/contracts/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import {
  DEPLOYMENTS_COLLECTION,
  DEPLOYMENTS_PREFIX,
  isDeployment,
  type DeploymentDocument,
} from './plan/deployment-document.ts';

/** The deployment documents in this module's database. */
@Injectable()
export class DeploymentStore {
  constructor(@Inject(STATE_STORE) private readonly states: StateStore) {}

  /** @throws {StoreRefusedError} if it was changed so that it cannot be read */
  async read(requester: string): Promise<Versioned<DeploymentDocument> | null> {
    const id = deploymentId(requester);
    const found = await this.states.read<DeploymentDocument>(id);
    return found && !isDeployment(found.value) ? refuseOdd(id) : found;
  }

  /** All that are readable: a malformed one does not block the others. */
  async list(): Promise<DeploymentDocument[]> {
    const found = await this.states.list<DeploymentDocument>(DEPLOYMENTS_PREFIX);
    return found.map(({ value }) => value).filter(isDeployment);
  }

  /** @throws {VersionConflictError} if another instance wrote it since `expected` */
  write(deployment: DeploymentDocument, expected: string | null): Promise<string> {
    return this.states.write(
      deploymentId(deployment.requester),
      DEPLOYMENTS_COLLECTION,
      deployment,
      expected,
    );
  }

  /** The same for what every start writes again if it is missing: only a power cut may lose it. */
  writeSoon(deployment: DeploymentDocument, expected: string): Promise<string> {
    const { requester } = deployment;
    return this.states.write(deploymentId(requester), DEPLOYMENTS_COLLECTION, deployment, expected, 'soon');
  }
}
