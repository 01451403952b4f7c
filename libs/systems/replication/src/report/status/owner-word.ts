import { TASK_STATES, type TaskState } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';

/** What an owner says of a task that its RavenDB carries: only it can know. */
export interface OwnerWord {
  state: TaskState;
  complete: boolean;
  position: number | null;
  sourceEtag: number | null;
  lastError: string | null;
}

const STATES: readonly string[] = TASK_STATES;

/** Finds the task in the body of an owner's `GET /spark/replication`; null when it is not there or not as expected. */
export function readOwnerWord(body: unknown, name: string): OwnerWord | null {
  if (!isRecord(body) || !Array.isArray(body['outgoing'])) return null;
  const tasks: unknown[] = body['outgoing'];
  const found = tasks.filter(isRecord).find((task) => sameName(String(task['name']), name));
  if (!found || typeof found['state'] !== 'string' || !STATES.includes(found['state'])) return null;
  return {
    state: found['state'] as TaskState,
    complete: found['complete'] === true,
    position: numberOrNull(found['position']),
    sourceEtag: numberOrNull(found['sourceEtag']),
    lastError: typeof found['lastError'] === 'string' ? found['lastError'].slice(0, 500) : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}
