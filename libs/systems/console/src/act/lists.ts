import { sameName } from '@nestjs-spark/foundation/internal';
import type { ActingFor } from '@nestjs-spark/modules/internal';
import { readWhole } from '@nestjs-spark/observability/internal';
import { number, records, text } from '../ask/read-answers.ts';
import { gather, type ListParts } from './gather.ts';

const TAKE = 50;
const LONGEST = 100;
const MOST = 500;
/** Modules with one of these systems have an identity, and with it an audit trail. */
const WITH_TRAIL = ['replication', 'peers'];

export interface Page {
  items: object[];
  /** Pass it to get the next page; null on the last one. */
  cursor: string | null;
  /** Modules that did not answer, so that their items are missing. */
  missing: string[];
  /** Whether a module has more items than are listed: each is asked for its newest 500. */
  truncated?: boolean;
}

/**
 * Reads the offset and the size of a page from the query.
 * @throws {ProblemError} `invalid` (400)
 */
export function readPage(query: URLSearchParams): { skip: number; take: number } {
  return {
    skip: readWhole(query.get('cursor') ?? undefined, 'cursor', { otherwise: 0 }),
    take: Math.min(LONGEST, readWhole(query.get('take') ?? undefined, 'take', { least: 1, otherwise: TAKE })),
  };
}

function cut(
  items: readonly object[],
  { skip, take }: { skip: number; take: number },
  missing: string[],
): Page {
  const next = skip + take;
  return { items: items.slice(skip, next), cursor: items.length > next ? String(next) : null, missing };
}

/** The set-aside documents of all modules, newest first. */
export async function listSetAside(
  parts: ListParts,
  act: ActingFor,
  query: URLSearchParams,
): Promise<Page & { groups: object[]; total: number }> {
  const wanted = { copy: query.get('copy'), kind: query.get('kind'), reason: query.get('reason') };
  const { answers, missing } = await gather(parts, act, 'replication', (module) => pathFor(module, wanted));
  const copyOf = (module: string, item: Record<string, unknown>): { copy: string; direction: string } => {
    const direction = item['direction'] === 'in' ? 'in' : 'out';
    const other = text(item['module'], 64) ?? '';
    const [owner, requester] = direction === 'out' ? [module, other] : [other, module];
    return { copy: `${owner}/${requester}/${text(item['task'], 64) ?? ''}`, direction };
  };
  const items = answers.flatMap(({ module, body }) =>
    records((body as { items?: unknown } | null)?.items).map((item) => ({
      ...copyOf(module, item),
      documentId: text(item['documentId'], 512) ?? '',
      copyId: text(item['copyId'], 512),
      collection: text(item['collection'], 64),
      kind: text(item['kind'], 64) ?? '',
      reason: text(item['reason']) ?? '',
      line: number(item['line']),
      column: number(item['column']),
      tries: number(item['count']) ?? 1,
      firstAt: text(item['firstAt'], 40),
      lastAt: text(item['lastAt'], 40) ?? '',
      script: item['script'] === null ? null : (item['script'] as object),
    })),
  );
  const groups = answers.flatMap(({ module, body }) =>
    records((body as { groups?: unknown } | null)?.groups).map((group) => ({
      ...copyOf(module, group),
      kind: text(group['kind'], 64) ?? '',
      reason: text(group['reason']) ?? '',
      line: number(group['line']),
      count: number(group['count']) ?? 0,
    })),
  );
  const isOfCopy = ({ copy }: { copy: string }): boolean =>
    wanted.copy === null || sameName(copy, wanted.copy);
  const shown = items
    .filter((item) => isOfCopy(item) && (wanted.reason === null || item.reason === wanted.reason))
    .toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  const alike = groups.filter(isOfCopy).toSorted((a, b) => b.count - a.count);
  const total = alike.reduce((sum, { count }) => sum + count, 0);
  const truncated = answers.some(
    ({ body }) =>
      isFull((body as { items?: unknown } | null)?.items) ||
      records((body as { tasks?: unknown } | null)?.tasks).some(
        (task) => (number(task['notListed']) ?? 0) > 0,
      ),
  );
  return { ...cut(shown, readPage(query), missing), groups: alike, total, truncated };
}

/** The path of a module's set-aside documents; null if it has no part in the requested copy. */
function pathFor(
  module: string,
  { copy, kind }: { copy: string | null; kind: string | null },
): string | null {
  const asked = new URLSearchParams({ take: String(MOST), group: 'reason' });
  if (kind !== null && /^[\w-]{1,40}$/.test(kind)) asked.set('kind', kind);
  const [owner = '', requester = '', task] = copy?.split('/', 3) ?? [];
  if (task !== undefined) {
    const isOwner = sameName(module, owner);
    if (!isOwner && !sameName(module, requester)) return null;
    asked.set('module', isOwner ? requester : owner);
    asked.set('task', task);
  }
  return `/spark/etl/set-aside?${asked}`;
}

function isFull(items: unknown): boolean {
  return Array.isArray(items) && items.length >= MOST;
}

/** The dead letters of all modules, newest first. */
export async function listLetters(parts: ListParts, act: ActingFor): Promise<Page> {
  const { answers, missing } = await gather(parts, act, 'replication', () => '/spark/dead-letters');
  const items = answers.flatMap(({ module, body }) =>
    records(body).map((letter) => ({
      module,
      id: text(letter['id'], 300) ?? '',
      subject: text(letter['subject'], 300),
      command: text(letter['command'], 40),
      owner: text(letter['owner'], 64),
      revision: number(letter['revision']),
      outcome: text(letter['outcome'], 40),
      collections: Array.isArray(letter['collections'])
        ? letter['collections'].slice(0, 100).flatMap((one) => text(one, 64) ?? [])
        : [],
      failedAt: text(letter['failedAt'], 40) ?? '',
      attempts: records(letter['attempts'], 100).map((attempt) => ({
        number: number(attempt['number']),
        at: text(attempt['at'], 40),
        error: text(attempt['error']),
      })),
    })),
  );
  return { items: items.toSorted((a, b) => b.failedAt.localeCompare(a.failedAt)), cursor: null, missing };
}

/** The audit trails of all modules: requests that change something, and requests refused because of who sent them. */
export async function listAudit(parts: ListParts, act: ActingFor, query: URLSearchParams): Promise<Page> {
  const path = `/spark/audit?take=${MOST}`;
  const { answers, missing } = await gather(parts, act, WITH_TRAIL, () => path);
  const items = answers.flatMap(({ module, body }) =>
    records(body).map((entry) => ({
      at: text(entry['at'], 40) ?? '',
      module,
      who: text(entry['who'], 300) ?? text(entry['claimed'], 300),
      role: /^(?!jwt:|token:).* by |^operator$/.test(text(entry['who'], 300) ?? '') ? 'operator' : 'module',
      action: text(entry['method'], 10),
      target: text(entry['path'], 500),
      outcome: text(entry['decision'], 20),
      status: number(entry['status']),
      reason: text(entry['reason'], 500),
    })),
  );
  const newest = items.toSorted((a, b) => b.at.localeCompare(a.at));
  const truncated = answers.some(({ body }) => isFull(body));
  return { ...cut(newest, readPage(query), missing), truncated };
}
