import { sameName } from '@nestjs-spark/foundation/internal';
import type { DeployedTask } from '../plan/deployment-document.ts';
import type { NativeTransformation } from './ports.ts';

/** The changes that bring RavenDB's ETL task to the agreed state. */
export interface NativePlan {
  action: 'none' | 'add' | 'update' | 'remove';
  transformations: NativeTransformation[];
  /** Transformations to be read again from the first document. */
  resets: string[];
}

/**
 * Compares RavenDB's task with the agreement. A script is reset if its copies are out of date: it was changed, it was added again, or an earlier
 * attempt ended before its reset.
 */
export function planNative(
  existing: readonly NativeTransformation[] | null,
  tasks: readonly DeployedTask[],
): NativePlan {
  const transformations = tasks.map(({ name, collection, script }) => ({ name, collection, script }));
  if (transformations.length === 0)
    return { action: existing ? 'remove' : 'none', transformations, resets: [] };
  if (!existing) return { action: 'add', transformations, resets: namesToReset([], tasks) };
  const action = sameTransformations(existing, transformations) ? 'none' : 'update';
  return { action, transformations, resets: namesToReset(existing, tasks) };
}

function namesToReset(existing: readonly NativeTransformation[], tasks: readonly DeployedTask[]): string[] {
  return tasks
    .filter((task) => {
      if (task.carriedOut >= task.generation) return false;
      const before = existing.find(({ name }) => sameName(name, task.name));
      return task.generation > 1 || (before !== undefined && before.script !== task.script);
    })
    .map(({ name }) => name);
}

function sameTransformations(
  some: readonly NativeTransformation[],
  others: readonly NativeTransformation[],
): boolean {
  const text = (list: readonly NativeTransformation[]) =>
    JSON.stringify(
      list.map(({ name, collection, script }) => JSON.stringify([name, collection, script])).toSorted(),
    );
  return text(some) === text(others);
}
