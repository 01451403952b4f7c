import { createHash } from 'node:crypto';
import type { ApplyTask } from '@nestjs-spark/streaming/internal';
import type { EngineName, EtlScriptItem, EtlScriptRequest } from '@nestjs-spark/contracts';
import {
  isListOf,
  isNullOr,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  sameName,
  type Guard,
} from '@nestjs-spark/foundation/internal';

/** In UTF-16 code units; the maximum that owners accept is in `DEPLOYMENT_BOUNDS`. */
const LONGEST_SCRIPT = 1024 * 1024;

/** The document `sparkRequests/{owner}`: this module's latest request to an owner. */
export interface RequestRecord {
  owner: string;
  /** Grows each time the set changes. */
  revision: number;
  setHash: string;
  scripts: EtlScriptItem[];
  /** When this revision was created; ISO 8601, UTC. */
  at: string;
  /** The owner's last answer; null before. */
  deployed: DeployedRevision | null;
}

export interface DeployedRevision {
  revision: number;
  at: string;
  /** A list instead of a map: stores may change the spelling of a document's fields, but never of its values. */
  tasks: DeployedTaskRecord[];
}

export interface DeployedTaskRecord {
  name: string;
  engine: EngineName;
  /** RavenDB's own ETL carried it before: its copies are not marked, so they cannot be told apart from the module's own documents. */
  wasEtl?: true;
}

const isItem: Guard<EtlScriptItem> = isObjectOf(
  { sourceCollection: isText(), script: isText(LONGEST_SCRIPT) },
  { name: isText(), idPrefix: isText() },
);
const isEngine: Guard<EngineName> = isOneOf('stream', 'etl');
const isTask: Guard<DeployedTaskRecord> = isObjectOf(
  { name: isText(), engine: isEngine },
  { wasEtl: (value): value is true => value === true },
);

/** Whether a stored document is a valid request record. */
export const isRequestRecord: Guard<RequestRecord> = isObjectOf({
  owner: isText(),
  revision: isWhole,
  setHash: isText(),
  scripts: isListOf(isItem),
  at: isText(),
  deployed: isNullOr(isObjectOf({ revision: isWhole, at: isText(), tasks: isListOf(isTask) })),
});

/** The engine of each task by name, from the owner's last answer. */
export function enginesOf(deployed: DeployedRevision | null): Record<string, EngineName> {
  return Object.fromEntries(deployed?.tasks.map(({ name, engine }) => [name, engine]) ?? []);
}

/** The tasks in the owner's new answer, together with what is remembered of their earlier engines. */
export function nextTasks(
  before: readonly DeployedTaskRecord[],
  tasks: readonly { name: string; engine: EngineName }[],
): DeployedTaskRecord[] {
  return tasks.map(({ name, engine }) => {
    const known = before.find((one) => sameName(one.name, name));
    const wasEtl = engine === 'stream' && (known?.engine === 'etl' || known?.wasEtl === true);
    return wasEtl ? { name, engine, wasEtl } : { name, engine };
  });
}

/** The tasks to be applied: those that RavenDB's own ETL carried before are applied over the copies it left. */
export function adopting(tasks: readonly ApplyTask[], deployed: DeployedRevision | null): ApplyTask[] {
  return tasks.map((task) => {
    const known = deployed?.tasks.find((one) => sameName(one.name, task.key.name));
    return known?.wasEtl ? { ...task, adoptsFirst: true } : task;
  });
}

/** A request to an owner without its revision. */
export type WantedSet = Omit<EtlScriptRequest, 'revision'>;

/** The record after requesting `wanted`: the same set keeps its revision, a different one gets the next. */
export function nextRecord(
  before: RequestRecord | null,
  owner: string,
  wanted: WantedSet,
  at: string,
): RequestRecord {
  const setHash = hashSet(wanted);
  if (before?.setHash === setHash) return before;
  return {
    owner,
    revision: (before?.revision ?? 0) + 1,
    setHash,
    scripts: wanted.scripts,
    at,
    deployed: before?.deployed ?? null,
  };
}

/** Nothing is requested from this owner, and it has confirmed that: no further requests are needed. */
export function hasEnded(record: RequestRecord): boolean {
  return record.scripts.length === 0 && record.deployed?.revision === record.revision;
}

/** Nothing is requested from this owner, and it has never answered, as after a misspelled name was corrected. */
export function endsNothing(record: RequestRecord): boolean {
  return record.scripts.length === 0 && record.deployed === null;
}

/** Equal for equal sets, regardless of the order of declarations. */
export function hashSet(wanted: WantedSet): string {
  const scripts = wanted.scripts
    .map(({ name, sourceCollection, script, idPrefix }) => [
      name ?? sourceCollection,
      sourceCollection,
      script,
      ...(idPrefix === undefined ? [] : [idPrefix]),
    ])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  const text = JSON.stringify([wanted.requestingModule, wanted.targetDatabase, wanted.targetUrls, scripts]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
