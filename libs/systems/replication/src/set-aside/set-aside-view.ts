import type { TaskKey } from '@nestjs-spark/contracts';
import type { SetAsideList } from '@nestjs-spark/set-aside/internal';
import { redact } from '@nestjs-spark/foundation/internal';
import type { SetAsideGroup, SetAsideItem, SetAsideTaskView, SetAsideView } from './set-aside-result.ts';

/** A task with set-aside documents, on the side that set them aside: `out` at the owner, `in` at the requester. */
export interface SetAsideTask {
  direction: 'out' | 'in';
  task: TaskKey;
  collection: string;
  list: SetAsideList;
  /** The script running at the owner, and its first generation. */
  running?: { fingerprint: string; generation: number };
}

/** Which documents to list, and whether to group them. */
export interface SetAsideFilter {
  kind?: string | undefined;
  direction?: 'in' | 'out' | undefined;
  group?: 'reason' | undefined;
}

/** A page of what all these tasks have set aside, newest first; tasks without any are omitted. */
export function viewSetAside(
  all: readonly SetAsideTask[],
  skip: number,
  take: number,
  { kind, direction, group }: SetAsideFilter = {},
): SetAsideView {
  const tasks = all.filter((task) => direction === undefined || task.direction === direction);
  const items = tasks
    .flatMap(itemsOf)
    .filter((item) => kind === undefined || item.kind === kind)
    .toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  const views = tasks.map(viewTask).filter(({ count, retrying }) => count > 0 || retrying);
  const counted = views.reduce((sum, { count }) => sum + count, 0);
  const total = kind === undefined ? counted : items.length;
  const groups = group === 'reason' ? { groups: groupAlike(items) } : {};
  return { total, skip, take, tasks: views, items: items.slice(skip, skip + take), ...groups };
}

const MOST_GROUPS = 100;

function groupAlike(items: readonly SetAsideItem[]): SetAsideGroup[] {
  const alike = Map.groupBy(items, ({ direction, module, task, kind, reason, line }) =>
    JSON.stringify([direction, module, task, kind, reason, line]),
  );
  return [...alike.values()]
    .flatMap((same) => {
      const [first] = same;
      if (!first) return [];
      const { direction, module, task, kind, reason, line } = first;
      return [{ direction, module, task, kind, reason, line, count: same.length }];
    })
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_GROUPS);
}

function viewTask({ direction, task, collection, list }: SetAsideTask): SetAsideTaskView {
  const { documents, beyond: notListed, retrying } = list;
  const count = documents.length + notListed;
  return {
    direction,
    module: otherSide(direction, task),
    task: task.name,
    collection,
    count,
    notListed,
    retrying,
  };
}

function itemsOf({ direction, task, collection, list, running }: SetAsideTask): SetAsideItem[] {
  return list.documents.map(
    ({ documentId, copyId, kind, reason, line, column, etag, count, at, firstAt, generation }) => ({
      direction,
      module: otherSide(direction, task),
      task: task.name,
      collection,
      documentId,
      copyId: copyId ?? null,
      kind,
      // A store's message may quote an address with its password.
      reason: redact(reason),
      line,
      column,
      etag,
      count,
      firstAt: new Date(firstAt).toISOString(),
      lastAt: new Date(at).toISOString(),
      script: running && generation >= running.generation ? { fingerprint: running.fingerprint } : null,
    }),
  );
}

function otherSide(direction: 'out' | 'in', { owner, requester }: TaskKey): string {
  return direction === 'out' ? requester : owner;
}
