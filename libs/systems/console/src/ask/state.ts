/** A module as the console knows it. */
export interface ModuleState {
  name: string;
  url: string;
  database: string | null;
  store: string | null;
  version: string | null;
  reachable: boolean;
  /** Why it is not reachable, or does not let the console in; null while all is well. */
  why: string | null;
  /** When it answered last; ISO 8601, null for never. */
  seenAt: string | null;
  ready: boolean | null;
  /** Whether it lets the console in. */
  permitted: boolean;
  /** Known instances, by what has answered. */
  instances: number;
  systems: Record<string, string>;
  engine: string | null;
  engineReason: string | null;
  letters: number;
}

/** Why a copy is not live. */
export interface Reason {
  code: string;
  text: string;
  collection?: string;
  owner?: string;
}

/** A copy at its requester. */
export interface CopyIn {
  generation: number | null;
  engine: string | null;
  position: number | null;
  sourceEtag: number | null;
  applied: number;
  deleted: number;
  errors: number;
  lastError: string | null;
  lastChangeAt: string | null;
  generationStartedAt: string | null;
  setAside: number;
}

/** A copy at its owner. */
export interface CopyOut {
  generation: number | null;
  position: number | null;
  confirmed: number | null;
  sourceEtag: number | null;
  read: number | null;
  total: number | null;
  deletes: string | null;
  engine: string | null;
  engineReason: string | null;
  setAside: number;
  errors: number;
  lastError: string | null;
}

/** The request that a copy waits for, or rests on. */
export interface CopyRequest {
  state: string;
  attempts: number;
  revision: number;
  outcome: string | null;
  nextAttemptAt: string | null;
  collections: string[];
}

/** `Unknown`: the requester does not answer, so nobody knows. */
export type CopyPhase =
  'Starting' | 'Snapshotting' | 'Streaming' | 'Waiting' | 'Faulted' | 'Refused' | 'GivenUp' | 'Unknown';

/** One copy, put together from what its owner and its requester say. */
export interface CopyState {
  /** `owner/requester/task` */
  id: string;
  owner: string;
  requester: string;
  task: string;
  collection: string;
  state: CopyPhase;
  since: string | null;
  /** Changes a second. */
  rate: number;
  behindMs: number | null;
  lag: number | null;
  complete: boolean;
  setAside: number;
  reason: Reason | null;
  in: CopyIn | null;
  out: CopyOut | null;
  request: CopyRequest | null;
  /** When these figures are from, where their module does not answer any more; null while they are current. */
  stale: string | null;
}

/** Everything at one moment. */
export interface ConsoleState {
  at: string;
  modules: ModuleState[];
  copies: CopyState[];
  letters: number;
  /** The last rates of each copy, the newest last, one a second. */
  history: Record<string, number[]>;
}
