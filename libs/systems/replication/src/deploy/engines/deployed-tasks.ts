import type { CaptureTask } from '@nestjs-spark/streaming/internal';
import type { Shares } from '../../declare/shares.ts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';

/** The deployed tasks whose collections are shared today: what was agreed yesterday ends when the share is withdrawn. */
export function permittedTasks(deployment: DeploymentDocument, shares: Shares): DeployedTask[] {
  return deployment.tasks.filter(({ collection }) => shares.isShared(collection, deployment.requester));
}

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

/** A task of which its engine knows nothing yet. */
export function notRunning(task: DeployedTask): EngineTask {
  return {
    name: task.name,
    collection: task.collection,
    state: 'Starting',
    generation: task.generation,
    position: null,
    confirmedEtag: null,
    sourceEtag: null,
    lag: null,
    behindMs: null,
    complete: false,
    documentsRead: null,
    documentsTotal: null,
    setAside: null,
    errors: 0,
    lastError: null,
    deletes: 'best-effort',
    active: false,
    carriedBy: 'unknown',
  };
}
