import { isObject } from '@nestjs-spark/foundation/internal';
import type { CopyIn, CopyOut, CopyRequest, Reason } from './state.ts';

/** What a module reports about itself. */
export interface AboutAnswer {
  instance: string | null;
  version: string | null;
  store: string | null;
  database: string | null;
  engine: string | null;
  engineReason: string | null;
  ready: boolean;
  systems: Record<string, string>;
}

/** One task of a module, seen from either side. */
export interface TaskAnswer {
  /** The module on the other side. */
  other: string;
  name: string;
  collection: string;
  state: string;
  since: string | null;
  behindMs: number | null;
  lag: number | null;
  complete: boolean;
  reason: Reason | null;
  in: CopyIn | null;
  out: CopyOut | null;
}

/** What a module reports about its copies. */
export interface ReplicationAnswer {
  incoming: TaskAnswer[];
  outgoing: TaskAnswer[];
  requests: (CopyRequest & { owner: string })[];
}

const MOST = 2_000;
const LONGEST = 2_000;

export function text(value: unknown, most = LONGEST): string | null {
  return typeof value === 'string' ? value.slice(0, most) : null;
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function records(value: unknown, most = MOST): Record<string, unknown>[] {
  return Array.isArray(value) ? value.slice(0, most).filter(isObject) : [];
}

/** Reads the body of `GET /spark/about`; null if it is anything else. */
export function readAbout(body: unknown): AboutAnswer | null {
  if (!isObject(body) || text(body['module']) === null) return null;
  const store = isObject(body['store']) ? body['store'] : {};
  const systems = isObject(body['systems']) ? Object.entries(body['systems']).slice(0, 20) : [];
  return {
    instance: text(body['instance'], 300),
    version: text(body['version'], 100),
    store: text(store['kind'], 50),
    database: text(store['database'], 300),
    engine: text(body['engine'], 50),
    engineReason: text(body['engineReason']),
    ready: body['ready'] === true,
    systems: Object.fromEntries(systems.map(([name, path]) => [name.slice(0, 50), text(path, 200) ?? ''])),
  };
}

/** Reads the body of `GET /spark/replication`; null if it is anything else. */
export function readReplication(body: unknown): ReplicationAnswer | null {
  if (!isObject(body) || !Array.isArray(body['incoming'])) return null;
  return {
    incoming: records(body['incoming']).flatMap((task) => readTask(task, 'owner')),
    outgoing: records(body['outgoing']).flatMap((task) => readTask(task, 'requester')),
    requests: records(body['requests']).flatMap(readRequest),
  };
}

function readTask(task: Record<string, unknown>, side: 'owner' | 'requester'): TaskAnswer[] {
  const [other, name, collection] = [task[side], task['name'], task['collection']].map((one) =>
    text(one, 64),
  );
  if (!other || !name || !collection) return [];
  return [
    {
      other,
      name,
      collection,
      state: text(task['state'], 32) ?? 'Starting',
      since: text(task['since'], 40),
      behindMs: number(task['behindMs']),
      lag: number(task['lag']),
      complete: task['complete'] === true,
      reason: readReason(task['reason']),
      in: side === 'owner' ? readIn(task) : null,
      out: side === 'requester' ? readOut(task) : null,
    },
  ];
}

function readIn(task: Record<string, unknown>): CopyIn {
  return {
    generation: number(task['generation']),
    engine: text(task['engine'], 32),
    position: number(task['position']),
    sourceEtag: number(task['sourceEtag']),
    applied: number(task['documentsApplied']) ?? 0,
    deleted: number(task['documentsDeleted']) ?? 0,
    errors: number(task['errors']) ?? 0,
    lastError: text(task['lastError']),
    lastChangeAt: text(task['lastChangeAt'], 40),
    generationStartedAt: text(task['generationStartedAt'], 40),
    setAside: number(task['setAside']) ?? 0,
  };
}

function readOut(task: Record<string, unknown>): CopyOut {
  return {
    generation: number(task['generation']),
    position: number(task['position']),
    confirmed: number(task['confirmedEtag']),
    sourceEtag: number(task['sourceEtag']),
    read: number(task['documentsRead']),
    total: number(task['documentsTotal']),
    deletes: text(task['deletes'], 32),
    engine: text(task['engine'], 32),
    engineReason: text(task['engineReason']),
    setAside: number(task['setAside']) ?? 0,
    errors: number(task['errors']) ?? 0,
    lastError: text(task['lastError']),
  };
}

function readReason(reason: unknown): Reason | null {
  if (!isObject(reason)) return null;
  const [collection, owner] = [text(reason['collection'], 64), text(reason['owner'], 64)];
  return {
    code: text(reason['code'], 50) ?? '',
    text: text(reason['text']) ?? '',
    ...(collection === null ? {} : { collection }),
    ...(owner === null ? {} : { owner }),
  };
}

function readRequest(request: Record<string, unknown>): (CopyRequest & { owner: string })[] {
  const owner = text(request['owner'], 64);
  if (!owner) return [];
  const collections = Array.isArray(request['collections']) ? request['collections'].slice(0, 100) : [];
  return [
    {
      owner,
      state: text(request['state'], 32) ?? '',
      attempts: number(request['attempts']) ?? 0,
      revision: number(request['revision']) ?? 0,
      outcome: text(request['outcome'], 32),
      nextAttemptAt: text(request['nextAttemptAt'], 40),
      collections: collections.flatMap((one) => text(one, 64) ?? []),
    },
  ];
}
