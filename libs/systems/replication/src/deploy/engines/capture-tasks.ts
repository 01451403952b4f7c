import type { CaptureTask } from '@nestjs-spark/streaming/internal';
import type { Shares } from '../../declare/shares.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';
import { permittedTasks } from './permitted-tasks.ts';

/** A deployment as the stream engine wants it; nothing when another engine carries it. */
export function captureTasks(owner: string, deployment: DeploymentDocument, shares: Shares): CaptureTask[] {
  if (deployment.engine !== 'stream') return [];
  const loadable = shares.collectionsFor(deployment.requester);
  return permittedTasks(deployment, shares).map((task) =>
    captureTask(owner, deployment.requester, task, loadable),
  );
}

function captureTask(owner: string, requester: string, task: DeployedTask, loadable: string[]): CaptureTask {
  const { name, collection, script, idPrefix, fingerprint, generation } = task;
  const prefix = idPrefix === undefined ? {} : { idPrefix };
  return {
    key: { owner, requester, name },
    collection,
    script,
    ...prefix,
    fingerprint,
    generation,
    loadable,
  };
}
