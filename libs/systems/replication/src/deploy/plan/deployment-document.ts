import type { EngineName } from '@nestjs-spark/contracts';
import {
  isListOf,
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { isSameReading, makesCopiesAgain, underReading, type Reading } from './reading.ts';

/** In UTF-16 units; what is taken at most is in `DEPLOYMENT_BOUNDS`. */
const LONGEST_SCRIPT = 1024 * 1024;

export const DEPLOYMENTS_COLLECTION = 'SparkDeployments';
export const DEPLOYMENTS_PREFIX = 'sparkDeployments/';

/** What an owner has agreed to send to one requester; the document `sparkDeployments/{Requester}` in the owner's database. */
export interface DeploymentDocument {
  requester: string;
  /** The engine that carries all of its tasks. */
  engine: EngineName;
  revision: number;
  /** Where RavenDB's own ETL sends to; null when the stream engine carries the tasks. */
  target: DeploymentTarget | null;
  tasks: DeployedTask[];
  /** Tasks that were removed: if one is requested again, its generation continues from here. */
  ended: EndedTask[];
  /** ISO 8601, UTC. */
  deployedAtUtc: string;
}

export interface DeploymentTarget {
  database: string;
  urls: string[];
}

/** What it may read is what it might read when its generation began. */
export interface DeployedTask extends Reading {
  name: string;
  collection: string;
  script: string;
  /** Put before the id of each copy. */
  idPrefix?: string;
  /** `scriptFingerprint(collection, script)` */
  fingerprint: string;
  /** Grows whenever the copies have to be made again from the first document. */
  generation: number;
  /** The last generation that the engine was given completely; lower than `generation` after a crash in between. */
  carriedOut: number;
}

export interface EndedTask {
  name: string;
  generation: number;
}

const isTask: Guard<DeployedTask> = isObjectOf(
  {
    name: isText(),
    collection: isText(),
    script: isText(LONGEST_SCRIPT),
    fingerprint: isText(),
    generation: isWhole,
    carriedOut: isWhole,
  },
  { idPrefix: isText(), bounds: isText(), loadable: isListOf(isText()) },
);

/** Whether a document is one of what was agreed. */
export const isDeployment: Guard<DeploymentDocument> = isObjectOf({
  requester: isText(),
  engine: isOneOf('stream', 'etl'),
  revision: isWhole,
  target: isNullOr(isObjectOf({ database: isText(), urls: isListOf(isText()) })),
  tasks: isListOf(isTask),
  ended: isListOf(isObjectOf({ name: isText(), generation: isWhole })),
  deployedAtUtc: isText(),
});

/** The engine still has to be given something of it. */
export function isUnsettled(deployment: DeploymentDocument): boolean {
  return deployment.tasks.some((task) => task.carriedOut < task.generation);
}

/**
 * The same deployment under the shares of today: a task begins another generation where that changes its copies. The same object
 * when nothing changes.
 */
export function underShares(
  deployment: DeploymentDocument,
  readingOf: (task: DeployedTask) => Reading,
): DeploymentDocument {
  const tasks = deployment.tasks.map((task) => {
    const now = readingOf(task);
    if (isSameReading(task, now)) return task;
    const generation = makesCopiesAgain(task, now) ? task.generation + 1 : task.generation;
    return underReading({ ...task, generation }, now);
  });
  return tasks.every((task, at) => task === deployment.tasks[at]) ? deployment : { ...deployment, tasks };
}

/** The same deployment after the engine has taken all of it. */
export function settled(deployment: DeploymentDocument): DeploymentDocument {
  return {
    ...deployment,
    tasks: deployment.tasks.map((task) => ({ ...task, carriedOut: task.generation })),
  };
}
