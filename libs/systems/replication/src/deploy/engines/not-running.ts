import type { DeployedTask } from '../plan/deployment-document.ts';
import type { EngineTaskReport } from './replication-engine.ts';

/** The report of a task of which no engine has anything to say. */
export function notRunning(task: DeployedTask): EngineTaskReport {
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
