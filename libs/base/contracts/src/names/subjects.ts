import { nameKey } from '@nestjs-spark/foundation/internal';
import type { TaskKey } from './task-key.ts';

/** JetStream streams and subjects. Subject tokens are lower case, stream names upper case. */
export const COMMANDS_STREAM = 'SPARK_COMMANDS';
export const COMMANDS_SUBJECTS = 'spark.commands.>';
export const DEAD_LETTERS_STREAM = 'SPARK_DEAD_LETTERS';
export const DEAD_LETTERS_SUBJECTS = 'spark.dead-letters.>';
export const CONTROL_STREAM = 'SPARK_CONTROL';
export const CONTROL_SUBJECTS = 'spark.control.>';
export const AUDIT_STREAM = 'SPARK_AUDIT';
export const AUDIT_ROOT = 'spark.audit';

/** A module's part of the audit trail, below {@link AUDIT_ROOT}. */
export const auditKey = nameKey;

/** Where a module records who asked it for what. */
export function auditSubject(module: string): string {
  return `${AUDIT_ROOT}.${auditKey(module)}`;
}

/** The stream that carries one owner's changes to one requester. */
export function routeStream(owner: string, requester: string): string {
  return `SPARK_ROUTE_${owner.toUpperCase()}_${requester.toUpperCase()}`;
}

/** A route's stream, as `ChangeLog` provisions it. */
export function routeLogs(
  owner: string,
  requester: string,
): { name: string; subjects: string; description: string } {
  return {
    name: routeStream(owner, requester),
    subjects: routeSubjects(owner, requester),
    description: `Spark: changes from ${owner} to ${requester}`,
  };
}

/** A task's place in a `ChangeLog`. */
export function taskPlace(task: TaskKey): { stream: string; subject: string } {
  return { stream: routeStream(task.owner, task.requester), subject: taskSubject(task) };
}

export function routeSubjects(owner: string, requester: string): string {
  return `spark.route.${nameKey(owner)}.${nameKey(requester)}.>`;
}

export function taskSubject(task: TaskKey): string {
  return `spark.route.${nameKey(task.owner)}.${nameKey(task.requester)}.${nameKey(task.name)}`;
}

/** Where a requester confirms a task (last value kept). */
export function confirmationSubject(task: TaskKey): string {
  return `spark.control.${taskTokens(task)}.confirmed`;
}

/** Where a requester asks the owner to rewind a task (last value kept). */
export function resyncSubject(task: TaskKey): string {
  return `spark.control.${taskTokens(task)}.resync`;
}

/** Where an owner's instances learn of documents of a task to rerun (last value kept). */
export function rerunSubject(task: TaskKey): string {
  return `spark.control.${taskTokens(task)}.retry`;
}

/** Everything that the requesters of `owner` publish about their tasks. */
export function ownerControlSubjects(owner: string): string {
  return `spark.control.task.${nameKey(owner)}.>`;
}

/** Where an owner tells a requester how far its database is (last value kept). */
export function sourceSubject(owner: string, requester: string): string {
  return `spark.control.status.${nameKey(requester)}.${nameKey(owner)}.source`;
}

/** Status of a task's capture, by the instance that carries it (last value kept). */
export function capturedSubject(task: TaskKey): string {
  return `spark.control.status.${nameKey(task.requester)}.${nameKey(task.owner)}.${nameKey(task.name)}.captured`;
}

/** Status of a task's application, by the instance that carries it (last value kept). */
export function appliedSubject(task: TaskKey): string {
  return `spark.control.status.${nameKey(task.requester)}.${nameKey(task.owner)}.${nameKey(task.name)}.applied`;
}

/** The status of everything that goes to `requester`. */
export function statusToSubjects(requester: string): string {
  return `spark.control.status.${nameKey(requester)}.>`;
}

/** The status of everything that comes from `owner`. */
export function statusFromSubjects(owner: string): string {
  return `spark.control.status.*.${nameKey(owner)}.>`;
}

/** Where a module announces that it has registered (last value kept). */
export function registeredSubject(module: string): string {
  return `spark.control.registered.${nameKey(module)}`;
}

export const REGISTERED_SUBJECTS = 'spark.control.registered.>';

/** Where an owner's instances tell each other that a requester's deployment has changed (last value kept). */
export function deployedSubject(owner: string, requester: string): string {
  return `spark.control.deployed.${nameKey(owner)}.${nameKey(requester)}`;
}

export function deployedSubjects(owner: string): string {
  return `spark.control.deployed.${nameKey(owner)}.*`;
}

/** What only `owner` publishes on the board: its registration and deployments, and what it has applied or asks of others. */
export function ownerSignSubjects(owner: string): string[] {
  const name = nameKey(owner);
  return [
    `spark.control.registered.${name}`,
    `spark.control.deployed.${name}.*`,
    `spark.control.task.*.${name}.>`,
  ];
}

/**
 * What only `module` publishes on the board, as owner and as requester, with `*` in place of other modules and tasks. The module
 * needs write permission for these subjects.
 */
export function subjectsSaidBy(module: string): string[] {
  const any = '*';
  const asOwner = { owner: module, requester: any, name: any };
  const asRequester = { owner: any, requester: module, name: any };
  return [
    registeredSubject(module),
    deployedSubject(module, any),
    sourceSubject(module, any),
    capturedSubject(asOwner),
    resyncSubject(asOwner),
    rerunSubject(asOwner),
    appliedSubject(asRequester),
    confirmationSubject(asRequester),
    resyncSubject(asRequester),
  ];
}

/** The command that makes a requester send its whole set of scripts to one owner. */
export function deployCommandSubject(requester: string, owner: string): string {
  return `spark.commands.${nameKey(requester)}.deploy-etl.${nameKey(owner)}`;
}

export function deployCommandSubjects(requester: string): string {
  return `spark.commands.${nameKey(requester)}.deploy-etl.*`;
}

function taskTokens(task: TaskKey): string {
  return `task.${nameKey(task.owner)}.${nameKey(task.requester)}.${nameKey(task.name)}`;
}
