import { nameKey, sameName } from '@nestjs-spark/foundation/internal';
import type { AboutAnswer, ReplicationAnswer, TaskAnswer } from '../ask/read-answers.ts';
import type { CopyPhase, CopyRequest, CopyState, ModuleState, Reason } from '../ask/state.ts';

/** What the console knows about one module, however old. */
export interface ModuleFacts {
  name: string;
  url: string;
  about: AboutAnswer | null;
  replication: ReplicationAnswer | null;
  reachable: boolean;
  permitted: boolean;
  /** Whether it answers requests. False while it fails them, for example without NATS, when it cannot verify the caller. */
  answering: boolean;
  why: string | null;
  /** ISO 8601; null before the first answer. */
  seenAt: string | null;
  instances: number;
  letters: number;
}

export function moduleState(facts: ModuleFacts): ModuleState {
  const { name, url, about, reachable, permitted, why, seenAt, instances, letters } = facts;
  return {
    name,
    url,
    reachable,
    permitted,
    why,
    seenAt,
    instances,
    letters,
    database: about?.database ?? null,
    store: about?.store ?? null,
    version: about?.version ?? null,
    ready: about?.ready ?? null,
    systems: about?.systems ?? {},
    engine: about?.engine ?? null,
    engineReason: about?.engineReason ?? null,
  };
}

/** Every copy that an owner or a requester reports, listed once. Pure. */
export function mergeCopies(modules: readonly ModuleFacts[], rateOf: (id: string) => number): CopyState[] {
  const byName = new Map(modules.map((one) => [nameKey(one.name), one]));
  const nameOf = (name: string): string => byName.get(nameKey(name))?.name ?? name;
  const pairs = new Map<string, { owner: string; requester: string; own?: TaskAnswer; sent?: TaskAnswer }>();
  const pairOf = (owner: string, requester: string, task: string) => {
    const key = nameKey(`${owner}/${requester}/${task}`);
    const pair = pairs.get(key) ?? { owner: nameOf(owner), requester: nameOf(requester) };
    pairs.set(key, pair);
    return pair;
  };
  for (const { name, replication } of modules) {
    for (const task of replication?.incoming ?? []) pairOf(task.other, name, task.name).own = task;
    for (const task of replication?.outgoing ?? []) pairOf(name, task.other, task.name).sent = task;
  }
  return [...pairs.values()]
    .flatMap(({ owner, requester, own, sent }) => {
      const task = own ?? sent;
      if (!task) return [];
      const id = `${owner}/${requester}/${task.name}`;
      const [from, to] = [byName.get(nameKey(owner)), byName.get(nameKey(requester))];
      return [mergeCopy({ id, owner, requester, task, own, sent, from, to, rate: rateOf(id) })];
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

interface Sides {
  id: string;
  owner: string;
  requester: string;
  task: TaskAnswer;
  own: TaskAnswer | undefined;
  sent: TaskAnswer | undefined;
  from: ModuleFacts | undefined;
  to: ModuleFacts | undefined;
  rate: number;
}

function mergeCopy({ id, owner, requester, task, own, sent, from, to, rate }: Sides): CopyState {
  const request = to?.replication?.requests.find((one) => sameName(one.owner, owner)) ?? null;
  const isAdmitted = own !== undefined && to?.reachable === true && to.permitted;
  const isKnown = isAdmitted && to.answering;
  // With the engine `stream` a copy waits while the requester cannot work; RavenDB's own ETL may continue.
  const waits = isAdmitted && !to.answering && own.in?.engine === 'stream';
  const reason = isKnown ? (own.reason ?? ownerAway(from)) : notKnown(requester, to, waits);
  // An owner that does not answer may be ahead of the position its requester last received.
  const isMeasured = isKnown && from?.reachable !== false;
  return {
    id,
    owner,
    requester,
    task: task.name,
    collection: task.collection,
    state: isKnown ? phaseOf(own, reason) : waits ? 'Waiting' : 'Unknown',
    since: own?.since ?? sent?.since ?? null,
    rate: isKnown ? rate : 0,
    behindMs: isMeasured ? (own.behindMs ?? sent?.behindMs ?? null) : null,
    lag: isMeasured ? (own.lag ?? sent?.lag ?? null) : null,
    complete: own?.complete ?? false,
    setAside: (own?.in?.setAside ?? 0) + (sent?.out?.setAside ?? 0),
    reason,
    in: own?.in ?? null,
    out: sent?.out ?? null,
    request: request && requestOf(request),
    stale: isKnown ? null : (to?.seenAt ?? null),
  };
}

function requestOf({
  state,
  attempts,
  revision,
  outcome,
  nextAttemptAt,
  collections,
}: CopyRequest): CopyRequest {
  return { state, attempts, revision, outcome, nextAttemptAt, collections };
}

const PHASES: ReadonlySet<string> = new Set(['Starting', 'Snapshotting', 'Streaming', 'Waiting', 'Faulted']);
const REFUSED: ReadonlySet<string> = new Set(['refused', 'held-back']);
const WAITING: ReadonlySet<string> = new Set([
  'owner-unregistered',
  'owner-unreachable',
  'not-deployed',
  'stalled',
]);

function phaseOf({ state, complete }: TaskAnswer, reason: Reason | null): CopyPhase {
  if (reason && REFUSED.has(reason.code)) return 'Refused';
  if (reason?.code === 'given-up') return 'GivenUp';
  if (reason && WAITING.has(reason.code)) return 'Waiting';
  if (state === 'Streaming' && !complete) return 'Snapshotting';
  return PHASES.has(state) ? (state as CopyPhase) : 'Starting';
}

function notKnown(requester: string, to: ModuleFacts | undefined, waits: boolean): Reason {
  const text =
    to?.why ??
    `${requester} is in no registry that this console reads, so the state of its copy is not known. Start it.`;
  if (waits) return { code: 'waiting', text };
  return { code: to && !to.permitted ? 'not-permitted' : 'requester-away', text };
}

/** A copy whose owner is unreachable would still look live: nothing is known to be missing. */
function ownerAway(from: ModuleFacts | undefined): Reason | null {
  if (!from || from.reachable) return null;
  return {
    code: 'owner-unreachable',
    text: `${from.name} does not answer: ${from.why ?? 'no answer'}. Check that it runs at that address; what changed there meanwhile arrives afterwards.`,
    owner: from.name,
  };
}
