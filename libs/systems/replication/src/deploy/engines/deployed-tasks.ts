import type { CaptureTask } from '@nestjs-spark/streaming/internal';
import type { Permission, Shares } from '../../declare/shares.ts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeployedTask, DeploymentDocument } from '../plan/deployment-document.ts';
import { isOfReading, readingOf } from '../plan/reading.ts';

/**
 * The deployed tasks that RavenDB's own ETL may still carry: an earlier agreement ends when the share is withdrawn, or restricted in a way that ETL
 * cannot enforce.
 */
export function nativeTasks({ tasks, requester }: DeploymentDocument, shares: Shares): DeployedTask[] {
  return tasks.filter(
    ({ collection }) =>
      shares.permission(collection, requester)?.own.fields === undefined &&
      shares.isShared(collection, requester),
  );
}

/**
 * A deployment's tasks for the stream engine; none if another engine carries it. A task recorded by an instance with different shares is left to
 * that instance.
 */
export function captureTasks(owner: string, deployment: DeploymentDocument, shares: Shares): CaptureTask[] {
  if (deployment.engine !== 'stream') return [];
  const { requester } = deployment;
  return deployment.tasks.flatMap((task) => {
    const permission = shares.permission(task.collection, requester);
    const isOfThese = isOfReading(task, readingOf(shares, requester, task));
    return permission && isOfThese ? [captureTask(owner, requester, task, permission)] : [];
  });
}

function captureTask(
  owner: string,
  requester: string,
  task: DeployedTask,
  { own, loadable }: Permission,
): CaptureTask {
  const { name, collection, script, idPrefix, fingerprint, generation } = task;
  return {
    key: { owner, requester, name },
    collection,
    script,
    ...(idPrefix !== undefined && { idPrefix }),
    fingerprint,
    generation,
    ...(own.fields && { fields: own.fields }),
    loadable,
  };
}

/** A task that its engine does not know yet. */
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
