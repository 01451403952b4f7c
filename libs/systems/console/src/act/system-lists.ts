import { isObject, isOneOf } from '@nestjs-spark/foundation/internal';
import type { ActingFor } from '@nestjs-spark/modules/internal';
import { number, records, text } from '../ask/read-answers.ts';
import { gather, type ListParts } from './gather.ts';

/** The systems other than replication that have their own page. */
export const SYSTEMS = ['peers', 'jobs', 'pipelines'] as const;
export type SystemName = (typeof SYSTEMS)[number];

export const isSystem = isOneOf(...SYSTEMS);

/** A replica, job or pipeline as its module reports it. */
export interface SystemItem {
  /** Unique within its system. */
  key: string;
  module: string;
  [field: string]: unknown;
}

/** What all modules report about one system. */
export interface SystemList {
  items: SystemItem[];
  /** Modules that did not answer, so that their items are missing. */
  missing: string[];
  /** Modules that were not asked: these routes accept no module tokens, and the options do not name the modules. */
  unnamed: string[];
  /** Whether a module has more items than were requested. */
  truncated: boolean;
}

const MOST = 100;
const SHORT = 300;

const LISTS: Readonly<
  Record<SystemName, { path: string; read: (module: string, body: unknown) => SystemItem[] }>
> = {
  peers: { path: '/spark/peers', read: readReplica },
  jobs: { path: `/api/jobs?take=${MOST}`, read: readJobs },
  pipelines: { path: `/api/pipelines?take=${MOST}`, read: readPipelines },
};

/** Whether a module is asked: one that the options do not name is only asked on routes that accept module tokens. */
export function isAsked({ client }: Pick<ListParts, 'client'>, module: string, path: string): boolean {
  return path.startsWith('/spark/') || client.isNamed(module);
}

/** All replicas, the newest jobs, or all pipelines, from every module that has them. */
export async function listSystem(parts: ListParts, act: ActingFor, system: SystemName): Promise<SystemList> {
  const { path, read } = LISTS[system];
  const { answers, missing, unnamed } = await gatherNamed(parts, act, system, path);
  const lists = answers.map(({ module, body }) => read(module, body));
  return {
    items: lists.flat(),
    missing,
    unnamed,
    truncated: lists.some(({ length }) => system !== 'peers' && length >= MOST),
  };
}

/** The backends that can run jobs, and their load. */
export async function listBackends(parts: ListParts, act: ActingFor): Promise<Omit<SystemList, 'truncated'>> {
  const { answers, missing, unnamed } = await gatherNamed(parts, act, 'jobs', '/api/backends');
  const items = answers.flatMap(({ module, body }) =>
    records(body, MOST).map((backend) => ({
      key: `${module}/${text(backend['name'], 64)}`,
      module,
      name: text(backend['name'], 64),
      available: backend['available'] === true,
      reason: text(backend['reason'], SHORT),
      breaker: text(backend['breaker'], 32),
      kinds: texts(backend['kinds'], 10),
      running: number(backend['running']),
      queued: number(backend['queued']),
      limit: number(backend['limit']),
    })),
  );
  return { items, missing, unnamed };
}

async function gatherNamed(parts: ListParts, act: ActingFor, system: SystemName, path: string) {
  const unnamed: string[] = [];
  const found = await gather(parts, act, system, (module) => {
    if (isAsked(parts, module, path)) return path;
    unnamed.push(module);
    return null;
  });
  return { ...found, unnamed };
}

function readReplica(module: string, body: unknown): SystemItem[] {
  if (!isObject(body)) return [];
  const log = objectOf(body['log']);
  return [
    {
      key: module,
      module,
      service: text(body['service'], 63),
      node: text(body['node'], 63),
      origin: text(body['origin'], 63),
      state: text(body['state'], 32),
      reason: text(body['reason'], SHORT),
      log: {
        state: text(log['state'], 32),
        position: number(log['position']) ?? 0,
        last: number(log['last']) ?? 0,
        // Earlier node versions call the position of the latest snapshot `lowWater`.
        lowWater: number(log['snapshot']) ?? number(log['lowWater']) ?? 0,
      },
      backlog: number(body['backlog']) ?? 0,
      refused: number(body['refused']) ?? 0,
      stash: number(body['stash']) ?? 0,
      clockOffsetMs: number(body['clockOffsetMs']) ?? 0,
      members: records(body['members'], MOST).map((member) => ({
        node: text(member['node'], 63),
        state: text(member['state'], 32),
        lastSeen: text(member['lastSeen'], 40),
      })),
      entities: records(body['entities'], MOST).map(readEntity),
      newLives: records(body['newLives'], 20).map(({ at, why }) => ({
        at: text(at, 40),
        why: text(why, 32),
      })),
    },
  ];
}

function readEntity(entity: Record<string, unknown>): object {
  const conflicts = objectOf(entity['conflicts']);
  return {
    entity: text(entity['entity'], 64),
    policy: text(entity['policy'], 64),
    resolver: number(objectOf(entity['resolver'])['version']),
    rows: number(entity['rows']),
    tombstones: number(entity['tombstones']),
    open: number(conflicts['open']) ?? 0,
    total: number(conflicts['total']) ?? 0,
    unresolved: number(conflicts['unresolved']) ?? 0,
    notDeterministic: number(conflicts['notDeterministic']) ?? 0,
    digest: text(entity['digest'], 128),
  };
}

function readJobs(module: string, body: unknown): SystemItem[] {
  return records(objectOf(body)['items'], MOST).map((job) => {
    const { done, total } = objectOf(job['progress']);
    return {
      key: `${module}/${text(job['jobId'], 64)}`,
      module,
      jobId: text(job['jobId'], 64),
      name: text(job['name'], SHORT),
      status: text(job['status'], 32),
      backend: text(job['backend'], 64),
      rule: text(objectOf(job['backendReason'])['rule'], 32),
      attempt: number(job['attempt']),
      createdAt: text(job['createdAt'], 40),
      progress: { done: number(done), total: number(total) },
      cause: text(objectOf(job['cause'])['message'], SHORT),
    };
  });
}

function readPipelines(module: string, body: unknown): SystemItem[] {
  return records(body, MOST).map((pipeline) => {
    const [run, progress, definition] = ['run', 'progress', 'definition'].map((name) =>
      objectOf(pipeline[name]),
    ) as [Fields, Fields, Fields];
    const typeOf = (part: unknown): string => text(objectOf(part)['type'], 32) ?? '';
    return {
      key: `${module}/${text(pipeline['pipelineId'], 128)}`,
      module,
      pipelineId: text(pipeline['pipelineId'], 128),
      name: text(pipeline['name'], SHORT),
      state: text(pipeline['state'], 32),
      reason: text(pipeline['reason'], SHORT),
      version: number(pipeline['version']),
      sequence: number(pipeline['sequence']),
      source: typeOf(definition['source']),
      steps: records(definition['transforms'], 20).map(typeOf),
      sink: typeOf(definition['sink']),
      phase: text(run['phase'], 32),
      node: text(run['node'], 128),
      epoch: number(run['epoch']),
      lastError: text(run['lastError'], SHORT),
      read: number(progress['read']),
      written: number(progress['written']),
      filtered: number(progress['filtered']),
      letters: number(progress['deadLettered']) ?? 0,
      lag: number(progress['lag']),
      rate: number(progress['recordsPerSecond']) ?? 0,
      lastBatchAt: text(progress['lastBatchAt'], 40),
    };
  });
}

type Fields = Record<string, unknown>;

function objectOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function texts(value: unknown, most: number): string[] {
  return Array.isArray(value) ? value.slice(0, most).flatMap((one) => text(one, 64) ?? []) : [];
}
