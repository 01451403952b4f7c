export interface EntityFigures {
  entity: string;
  policy: string | null;
  resolver: number | null;
  rows: number | null;
  tombstones: number | null;
  open: number;
  total: number;
  unresolved: number;
  notDeterministic: number;
  digest: string | null;
}

/** A replica as in the list. */
export interface Replica {
  key: string;
  module: string;
  service: string;
  node: string;
  state: string;
  reason: string | null;
  log: { state: string | null; position: number; last: number; lowWater: number };
  backlog: number;
  stash: number;
  clockOffsetMs: number;
  members: { node: string | null; state: string | null; lastSeen: string | null }[];
  entities: EntityFigures[];
  newLives: { at: string | null; why: string | null }[];
}
