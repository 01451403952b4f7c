import { Inject, Injectable } from '@nestjs/common';
import { deploymentId, type StateStore, type Versioned } from '@nestjs-spark/contracts/internal';
import { STATE_STORE } from '@nestjs-spark/store';
import {
  DEPLOYMENTS_COLLECTION,
  DEPLOYMENTS_PREFIX,
  type DeploymentDocument,
} from './plan/deployment-document.ts';

/** The deployment documents in this module's database. */
@Injectable()
export class DeploymentStore {
  constructor(@Inject(STATE_STORE) private readonly states: StateStore) {}

  read(requester: string): Promise<Versioned<DeploymentDocument> | null> {
    return this.states.read<DeploymentDocument>(deploymentId(requester));
  }

  async list(): Promise<DeploymentDocument[]> {
    const found = await this.states.list<DeploymentDocument>(DEPLOYMENTS_PREFIX);
    return found.map(({ value }) => value);
  }

  /** @throws {VersionConflictError} when another instance wrote it since `expected` */
  write(deployment: DeploymentDocument, expected: string | null): Promise<string> {
    return this.states.write(
      deploymentId(deployment.requester),
      DEPLOYMENTS_COLLECTION,
      deployment,
      expected,
    );
  }
}
