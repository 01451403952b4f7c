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

/** In UTF-16 units; what owners take at most is in `DEPLOYMENT_BOUNDS`. */
const LONGEST_SCRIPT = 1024 * 1024;

/** The document `sparkRequests/{owner}`: what this module last asked an owner for. */
export interface RequestRecord {
  owner: string;
  /** Grows with each changed set. */
  revision: number;
  setHash: string;
  scripts: EtlScriptItem[];
  /** When this revision came to be; ISO 8601, UTC. */
  at: string;
  /** The owner's last answer; null before. */
  deployed: DeployedRevision | null;
}

export interface DeployedRevision {
  revision: number;
  at: string;
  /** A list and no map: stores may respell the fields of a document, never its values. */
  tasks: DeployedTaskRecord[];
}

export interface DeployedTaskRecord {
  name: string;
  engine: EngineName;
  /** RavenDB's own ETL carried it before: nothing marks its copies, so they cannot be distinguished from the module's documents. */
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

/** Whether a document is a record of what was asked. */
export const isRequestRecord: Guard<RequestRecord> = isObjectOf({
  owner: isText(),
  revision: isWhole,
  setHash: isText(),
  scripts: isListOf(isItem),
  at: isText(),
  deployed: isNullOr(isObjectOf({ revision: isWhole, at: isText(), tasks: isListOf(isTask) })),
});

/** The engine of each task by its name, as the owner answered last. */
export function enginesOf(deployed: DeployedRevision | null): Record<string, EngineName> {
  return Object.fromEntries(deployed?.tasks.map(({ name, engine }) => [name, engine]) ?? []);
}

/** What the owner answered now, with what is remembered of the engines before. */
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

/** The tasks as they are to be applied: those that RavenDB's own ETL carried before go over what it left. */
export function adopting(tasks: readonly ApplyTask[], deployed: DeployedRevision | null): ApplyTask[] {
  return tasks.map((task) => {
    const known = deployed?.tasks.find((one) => sameName(one.name, task.key.name));
    return known?.wasEtl ? { ...task, adoptsFirst: true } : task;
  });
}

/** What an owner is asked for, without its number. */
export type WantedSet = Omit<EtlScriptRequest, 'revision'>;

/** The record after asking for `wanted`: the same set keeps its revision, another one gets the next. */
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

/** Nothing is wanted of this owner, and it has heard so: it need not be asked again. */
export function hasEnded(record: RequestRecord): boolean {
  return record.scripts.length === 0 && record.deployed?.revision === record.revision;
}

/** Equal for equal sets, in whatever order their scripts were declared. */
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
