import type { EngineName } from '@nestjs-spark/contracts';
import { scriptFingerprint } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { DeployedTask, DeploymentDocument, DeploymentTarget, EndedTask } from './deployment-document.ts';
import type { NamedScript } from './name-scripts.ts';
import { isSameReading, makesCopiesAgain, underReading, type Reading } from './reading.ts';

/** A script with what it may read. */
export type BoundedScript = NamedScript & Reading;

/** A checked and complete request: the full set of a requester's scripts. */
export interface WantedDeployment {
  requester: string;
  /** Null if the request has none: then it counts as the newest. */
  revision: number | null;
  engine: EngineName;
  target: DeploymentTarget | null;
  scripts: readonly BoundedScript[];
}

export interface DeploymentPlan {
  steps: PlanStep[];
  /** The document after the plan was carried out. */
  next: DeploymentDocument;
  /** False if `next` equals the current document. */
  changed: boolean;
  /** Whether the requested scripts differ from the current ones. */
  differs: boolean;
  /** The engine that carried the tasks so far and has to end them first. */
  leaves: EngineName | null;
}

/**
 * The step for one task. `create`: it is new. `update`: its script has changed. `reset`: it is read again from the beginning (with every `update`,
 * and when another engine takes over). `remove`: it is no longer requested. `leave`: nothing. What an earlier attempt recorded but did not carry
 * out is planned again.
 */
export interface PlanStep {
  action: 'create' | 'update' | 'reset' | 'remove' | 'leave';
  task: DeployedTask;
}

/** Compares the current deployment with the requested one. Pure: it neither reads nor writes anything. */
export function planDeployment(
  current: DeploymentDocument | null,
  wanted: WantedDeployment,
  now: Date,
): DeploymentPlan {
  const before = new Map((current?.tasks ?? []).map((task) => [key(task), task]));
  const moved = current !== null && current.engine !== wanted.engine;
  const steps = wanted.scripts.flatMap((script) => {
    const known = before.get(key(script));
    return known ? stepsForKnown(known, script, moved) : [stepForNew(script, current?.ended ?? [])];
  });
  const wantedNames = new Set(wanted.scripts.map(key));
  const removed = [...before.values()].filter((task) => !wantedNames.has(key(task)));
  steps.push(...removed.map((task): PlanStep => ({ action: 'remove', task })));

  const tasks = steps
    .filter((step) => step.action !== 'remove' && step.action !== 'update')
    .map(({ task }) => task);
  const next: DeploymentDocument = {
    requester: current?.requester ?? wanted.requester,
    engine: wanted.engine,
    revision: current?.revision ?? 0,
    target: wanted.target,
    tasks,
    ended: endedAfter(current?.ended ?? [], removed, tasks),
    deployedAtUtc: current?.deployedAtUtc ?? now.toISOString(),
  };
  const differs = removed.length > 0 || tasks.some((task) => !sameScript(task, current));
  const rebounded = tasks.some((task) => !isSameReading(task, before.get(key(task)) ?? {}));
  const altered =
    current === null || moved || differs || rebounded || !sameTarget(current.target, next.target);
  next.revision = wanted.revision ?? next.revision + (altered ? 1 : 0);
  const changed = altered || next.revision !== current.revision;
  if (altered) next.deployedAtUtc = now.toISOString();
  return { steps, next, changed, differs, leaves: moved ? current.engine : null };
}

/** The number of scripts that a plan creates, updates and removes, for the answer of a deployment. */
export function countSteps(steps: readonly PlanStep[]) {
  const count = (action: PlanStep['action']) => steps.filter((step) => step.action === action).length;
  return { tasksCreated: count('create'), tasksUpdated: count('update'), tasksRemoved: count('remove') };
}

/** Why a request is outdated; null if it may be carried out. */
export function tooOld(
  current: DeploymentDocument | null,
  revision: number | null,
  plan: DeploymentPlan,
): string | null {
  if (current === null || revision === null || revision > current.revision) return null;
  if (revision < current.revision) return `Revision ${current.revision} is deployed; this is ${revision}.`;
  return plan.differs ? `Revision ${revision} is deployed already, with other scripts.` : null;
}

function stepForNew(script: BoundedScript, ended: readonly EndedTask[]): PlanStep {
  const last = ended.find((one) => key(one) === key(script))?.generation ?? 0;
  return { action: 'create', task: deployed(script, script.name, last + 1, 0) };
}

function stepsForKnown(known: DeployedTask, script: BoundedScript, moved: boolean): PlanStep[] {
  const rewritten = known.fingerprint !== fingerprintOf(script);
  if (!rewritten && !moved && !makesCopiesAgain(known, script)) {
    return stepsForSame(isSameReading(known, script) ? known : underReading(known, script));
  }
  // The new engine has not carried out any of this yet.
  const task = deployed(script, known.name, known.generation + 1, moved ? 0 : known.carriedOut);
  const reset: PlanStep = { action: 'reset', task };
  return rewritten ? [{ action: 'update', task }, reset] : [reset];
}

function stepsForSame(task: DeployedTask): PlanStep[] {
  if (task.carriedOut === task.generation) return [{ action: 'leave', task }];
  if (task.carriedOut === 0) return [{ action: 'create', task }];
  return [
    { action: 'update', task },
    { action: 'reset', task },
  ];
}

function fingerprintOf({ sourceCollection, script, idPrefix }: NamedScript): string {
  return scriptFingerprint(sourceCollection, script, idPrefix);
}

function deployed(script: BoundedScript, name: string, generation: number, carriedOut: number): DeployedTask {
  const task: DeployedTask = {
    name,
    collection: script.sourceCollection,
    script: script.script,
    ...(script.idPrefix === undefined ? {} : { idPrefix: script.idPrefix }),
    fingerprint: fingerprintOf(script),
    generation,
    carriedOut,
  };
  return underReading(task, script);
}

function endedAfter(
  ended: readonly EndedTask[],
  removed: readonly DeployedTask[],
  running: readonly DeployedTask[],
): EndedTask[] {
  const names = new Set(running.map(key));
  const kept = ended.filter((one) => !names.has(key(one)));
  return [...kept, ...removed.map(({ name, generation }) => ({ name, generation }))];
}

function sameScript(task: DeployedTask, current: DeploymentDocument | null): boolean {
  const before = current?.tasks.find((one) => key(one) === key(task));
  return before?.fingerprint === task.fingerprint;
}

function sameTarget(one: DeploymentTarget | null, other: DeploymentTarget | null): boolean {
  return (
    JSON.stringify(one && [one.database, one.urls]) === JSON.stringify(other && [other.database, other.urls])
  );
}

function key({ name }: { name: string }): string {
  return nameKey(name);
}
