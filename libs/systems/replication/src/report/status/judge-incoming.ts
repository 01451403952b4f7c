import { counted } from '@nestjs-spark/foundation/internal';
import type { ApplyReport, ApplyTask } from '@nestjs-spark/streaming/internal';
import { engineOf, type OwnerRequestStatus } from '../../request/request-status.ts';
import { lagOf, type IncomingTask } from '../../tasks/task-status.ts';
import type { OwnerReport } from './owner-reports.ts';

/** Everything known here about one declared copy. */
export interface IncomingFacts {
  declared: ApplyTask;
  report: ApplyReport | null;
  request: OwnerRequestStatus | null;
  /** The owner's last report, if its RavenDB's own ETL carries the task; null otherwise. */
  owner: OwnerReport | null;
  /** The address at which the owner was last asked; null before. */
  ownerAddress: string | null;
  /** Milliseconds since 1970. */
  now: number;
}

/** Determines the state of a copy. Pure. */
export function judgeIncoming(facts: IncomingFacts): IncomingTask {
  const { declared, report, request, owner } = facts;
  const engine = engineOf(request, declared.key.name);
  if (engine === 'etl') return fromOwner(declared, owner);
  if (!report) return { ...unknown(declared), engine, ...waitingFor(request) };
  const {
    task: _,
    known,
    appliedEtag,
    setsApplied: __,
    documentsPut: documentsApplied,
    resyncsRequested: ___,
    refused,
    ownerSilentSeconds,
    ...figures
  } = report;
  const problem = report.complete ? null : undeployed(request);
  return {
    ...figures,
    owner: declared.key.owner,
    name: declared.key.name,
    collection: declared.collection,
    engine: engine ?? 'stream',
    generation: known ? report.generation : null,
    position: report.databaseId === null ? null : appliedEtag,
    sourceEtag: report.sourceEtag > 0 ? report.sourceEtag : null,
    documentsApplied,
    refused: refused.map((one) => ({ ...one })),
    incompleteBecause: report.complete
      ? null
      : (problem ?? report.incompleteBecause ?? 'the first copy is being made'),
    lastError:
      ownerSilentSeconds === null
        ? (report.lastError ?? request?.lastError ?? null)
        : describeSilence(facts, ownerSilentSeconds),
  };
}

/** Says which owner is silent, at which address, since when, and what to do about it. */
function describeSilence({ declared, ownerAddress, now }: IncomingFacts, seconds: number): string {
  const { owner } = declared.key;
  const since = new Date(now - seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  const where = ownerAddress === null ? '' : ` (${ownerAddress})`;
  return (
    `nothing has been heard from ${owner}${where} for ${seconds} s, since ${since}: ` +
    `check that ${owner} runs, answers there and reaches NATS. The copies stay as they are, and what changed meanwhile arrives afterwards`
  );
}

/** Why nothing can arrive yet: the owner has not accepted the request. Null if it has. */
function undeployed(request: OwnerRequestStatus | null): string | null {
  switch (request?.state) {
    case 'retrying':
      return `the deployment is being retried (${counted(request.attempts, 'attempt')} so far): ${request.lastError ?? 'no answer'}`;
    case 'dead':
      return `the deployment failed after ${counted(request.attempts, 'attempt')}: ${request.lastError ?? 'no answer'}`;
    default:
      return null;
  }
}

function waitingFor(request: OwnerRequestStatus | null) {
  const incompleteBecause = undeployed(request) ?? 'the owner has not been asked yet';
  return { incompleteBecause, lastError: request?.lastError ?? null };
}

function fromOwner(declared: ApplyTask, owner: OwnerReport | null): IncomingTask {
  const base = { ...unknown(declared), engine: 'etl' as const };
  if (!owner) return { ...base, incompleteBecause: 'the owner has not reported yet how far its ETL is' };
  return {
    ...base,
    ...owner,
    lag: lagOf(owner.position, owner.sourceEtag),
    incompleteBecause: owner.complete ? null : `the owner's ETL is ${owner.state}`,
  };
}

function unknown(declared: ApplyTask): IncomingTask {
  return {
    owner: declared.key.owner,
    name: declared.key.name,
    collection: declared.collection,
    engine: null,
    state: 'Starting',
    generation: null,
    databaseId: null,
    position: null,
    sourceEtag: null,
    lag: null,
    behindMs: null,
    documentsApplied: 0,
    documentsDeleted: 0,
    setAside: 0,
    refused: [],
    complete: false,
    incompleteBecause: null,
    stalledBecause: null,
    errors: 0,
    lastError: null,
    active: false,
    carriedBy: 'unknown',
  };
}
