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
  /** How long the owner has not answered the current attempt, in milliseconds; null if there is none. */
  askingForMs: number | null;
  /** What the owner said last, where RavenDB's own ETL carries the task. */
  owner: OwnerReport | null;
  /** The address at which the owner was last asked; null before. */
  ownerAddress: string | null;
  /** Milliseconds since 1970. */
  now: number;
}

/** Determines the state of a copy. Pure. */
export function judgeIncoming(facts: IncomingFacts): IncomingTask {
  const { declared, report, request } = facts;
  const engine = engineOf(request, declared.key.name);
  if (engine === 'etl') return fromOwner(facts);
  const problem = undeployed(facts);
  if (!report) {
    const incompleteBecause = problem ?? 'the owner has not been asked yet';
    return { ...unknown(declared), engine, incompleteBecause, lastError: request?.lastError ?? null };
  }
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

/** Who is not heard, where it was, since when, and what to do about it. */
function describeSilence(facts: IncomingFacts, seconds: number): string {
  const { owner } = facts.declared.key;
  const since = new Date(facts.now - seconds * 1_000).toISOString().replace(/\.\d+Z$/, 'Z');
  return (
    `nothing has been heard from ${whereabouts(facts)} for ${seconds} s, since ${since}: ` +
    `check that ${owner} runs, answers there and reaches NATS. The copies stay as they are, and what changed meanwhile arrives afterwards`
  );
}

function whereabouts({ declared, ownerAddress }: IncomingFacts): string {
  const { owner } = declared.key;
  return ownerAddress === null ? owner : `${owner} (${ownerAddress})`;
}

/** An attempt that takes longer than this is reported: until it ends, nothing else says what is wrong. */
const SILENT_MS = 5_000;

/** Why nothing can come yet: the owner has not taken the request. Null when it has. */
function undeployed(facts: IncomingFacts): string | null {
  const { request, askingForMs } = facts;
  switch (request?.state) {
    case 'retrying':
      return `the deployment is being retried (${counted(request.attempts, 'attempt')} so far): ${request.lastError ?? 'no answer'}`;
    case 'dead':
      return `the deployment failed after ${counted(request.attempts, 'attempt')}: ${request.lastError ?? 'no answer'}`;
    case 'pending':
      if (askingForMs === null || askingForMs < SILENT_MS) return null;
      return `${whereabouts(facts)} has not answered the request for copies for ${Math.round(askingForMs / 1_000)} s: check that it answers there`;
    default:
      return null;
  }
}

/** What an owner said longer ago than this is not known any more. */
const OLD_MS = 60_000;

function fromOwner(facts: IncomingFacts): IncomingTask {
  const base = { ...unknown(facts.declared), engine: 'etl' as const };
  if (!facts.owner)
    return { ...base, incompleteBecause: 'the owner has not reported yet how far its ETL is' };
  const { ageMs, ...owner } = facts.owner;
  const known = {
    ...base,
    ...owner,
    lag: lagOf(owner.position, owner.sourceEtag),
    incompleteBecause: owner.complete ? null : `the owner's ETL is ${owner.state}`,
  };
  if (ageMs < OLD_MS) return known;
  const seconds = Math.round(ageMs / 1_000);
  return {
    ...known,
    state: 'Waiting',
    sourceEtag: null,
    lag: null,
    lastError: describeUnheard(facts, seconds),
  };
}

/** RavenDB's own ETL does not need the owner's application, which alone says how far it is. */
function describeUnheard(facts: IncomingFacts, seconds: number): string {
  const { owner } = facts.declared.key;
  return (
    `${whereabouts(facts)} has not said for ${seconds} s how far its ETL is: check that ${owner} runs and answers there. ` +
    'Its RavenDB may go on sending meanwhile'
  );
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
