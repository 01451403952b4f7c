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

/** In UTF-16 code units; the accepted maximum is in `DEPLOYMENT_BOUNDS`. */
const LONGEST_SCRIPT = 1024 * 1024;

export const DEPLOYMENTS_COLLECTION = 'SparkDeployments';
export const DEPLOYMENTS_PREFIX = 'sparkDeployments/';

/** An owner's agreement with one requester: the document `sparkDeployments/{Requester}` in the owner's database. */
export interface DeploymentDocument {
  requester: string;
  /** The engine of all its tasks. */
  engine: EngineName;
  revision: number;
  /** Where RavenDB's own ETL sends to; null with the stream engine. */
  target: DeploymentTarget | null;
  tasks: DeployedTask[];
  /** Removed tasks: if one is requested again, its generation continues from here. */
  ended: EndedTask[];
  /** ISO 8601, UTC. */
  deployedAtUtc: string;
}

export interface DeploymentTarget {
  database: string;
  urls: string[];
}

/** With what it might read when its generation began. */
export interface DeployedTask extends Reading {
  name: string;
  collection: string;
  script: string;
  /** Prepended to the id of each copy. */
  idPrefix?: string;
  /** `scriptFingerprint(collection, script)` */
  fingerprint: string;
  /** Grows whenever the copies have to be made again from the first document. */
  generation: number;
  /** The last generation that was handed to the engine completely; lower than `generation` after a crash in between. */
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

/** Whether a stored document is a valid deployment. */
export const isDeployment: Guard<DeploymentDocument> = isObjectOf({
  requester: isText(),
  engine: isOneOf('stream', 'etl'),
  revision: isWhole,
  target: isNullOr(isObjectOf({ database: isText(), urls: isListOf(isText()) })),
  tasks: isListOf(isTask),
  ended: isListOf(isObjectOf({ name: isText(), generation: isWhole })),
  deployedAtUtc: isText(),
});

/** Whether part of it still has to be handed to the engine. */
export function isUnsettled(deployment: DeploymentDocument): boolean {
  return deployment.tasks.some((task) => task.carriedOut < task.generation);
}

/** The deployment under the current shares: a task begins a new generation if they change its copies. Returns the same object if nothing changes. */
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

/** The deployment after the engine has accepted all of it. */
export function settled(deployment: DeploymentDocument): DeploymentDocument {
  return {
    ...deployment,
    tasks: deployment.tasks.map((task) => ({ ...task, carriedOut: task.generation })),
  };
}
