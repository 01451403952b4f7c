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

export interface DeployedTask {
  name: string;
  collection: string;
  script: string;
  /** Put before the id of each copy. */
  idPrefix?: string;
  /** `scriptFingerprint(collection, script)` */
  fingerprint: string;
  /** What the requester might read when this generation began (`Shares.bounds`); absent: whole documents. */
  bounds?: string;
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
  { idPrefix: isText(), bounds: isText() },
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
 * The same deployment under other shares: a task whose requester may read more or less than before begins another generation. The same
 * object when nothing changes.
 */
export function withBounds(
  deployment: DeploymentDocument,
  boundsOf: (collection: string) => string | undefined,
): DeploymentDocument {
  const tasks = deployment.tasks.map((task) => {
    const bounds = boundsOf(task.collection);
    if (bounds === task.bounds) return task;
    const { bounds: _before, ...rest } = task;
    return { ...rest, ...(bounds !== undefined && { bounds }), generation: task.generation + 1 };
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
