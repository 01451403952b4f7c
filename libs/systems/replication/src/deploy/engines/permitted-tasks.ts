import { isHouseCollection } from '@nestjs-spark/contracts/internal';
import type { Shares } from '../../declare/shares.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';

/** Says whether `requester` may take `collection` now. Spark's own collections are never given away. */
export function mayTake(shares: Shares, collection: string, requester: string): boolean {
  return !isHouseCollection(collection) && shares.isShared(collection, requester);
}

/** The deployed tasks whose collections are shared today: what was agreed yesterday ends when the share is taken back. */
export function permittedTasks(deployment: DeploymentDocument, shares: Shares): DeployedTask[] {
  return deployment.tasks.filter(({ collection }) => mayTake(shares, collection, deployment.requester));
}
