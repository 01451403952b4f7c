import { createHash } from 'node:crypto';
import type { EngineName, EtlScriptItem, EtlScriptRequest } from '@nestjs-spark/contracts';

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
  tasks: { name: string; engine: EngineName }[];
}

/** The engine of each task by its name, as the owner answered last. */
export function enginesOf(deployed: DeployedRevision | null): Record<string, EngineName> {
  return Object.fromEntries(deployed?.tasks.map(({ name, engine }) => [name, engine]) ?? []);
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
