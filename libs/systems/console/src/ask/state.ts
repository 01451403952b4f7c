/** A module as the console sees it. */
export interface ModuleState {
  name: string;
  url: string;
  database: string | null;
  store: string | null;
  version: string | null;
  reachable: boolean;
  /** Why it is unreachable or refuses the console; null otherwise. */
  why: string | null;
  /** When it last answered, in ISO 8601; null if never. */
  seenAt: string | null;
  ready: boolean | null;
  /** Whether it admits the console. */
  permitted: boolean;
  /** The number of known instances, counted from their answers. */
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

/** A copy as its requester reports it. */
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

/** A copy as its owner reports it. */
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

/** The deployment request that a copy waits for or is based on. */
export interface CopyRequest {
  state: string;
  attempts: number;
  revision: number;
  outcome: string | null;
  nextAttemptAt: string | null;
  collections: string[];
}

/** `Unknown`: the requester does not answer. */
export type CopyPhase =
  'Starting' | 'Snapshotting' | 'Streaming' | 'Waiting' | 'Faulted' | 'Refused' | 'GivenUp' | 'Unknown';

/** One copy, merged from the reports of its owner and its requester. */
export interface CopyState {
  /** `owner/requester/task` */
  id: string;
  owner: string;
  requester: string;
  task: string;
  collection: string;
  state: CopyPhase;
  since: string | null;
  /** Changes per second. */
  rate: number;
  behindMs: number | null;
  lag: number | null;
  complete: boolean;
  setAside: number;
  reason: Reason | null;
  in: CopyIn | null;
  out: CopyOut | null;
  request: CopyRequest | null;
  /** When these figures were reported, if their module no longer answers; null while they are current. */
  stale: string | null;
}

/** The state of everything at one moment. */
export interface ConsoleState {
  at: string;
  modules: ModuleState[];
  copies: CopyState[];
  letters: number;
  /** The recent rates of each copy, oldest first, one per second. */
  history: Record<string, number[]>;
}
