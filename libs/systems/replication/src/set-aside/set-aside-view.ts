import type { TaskKey } from '@nestjs-spark/contracts';
import type { SetAsideList } from '@nestjs-spark/set-aside/internal';
import { redact } from '@nestjs-spark/foundation/internal';
import type { SetAsideItem, SetAsideTaskView, SetAsideView } from './set-aside-result.ts';

/** A task that has set documents aside, on the side where it did: `out` at the owner, `in` at the requester. */
export interface SetAsideTask {
  direction: 'out' | 'in';
  task: TaskKey;
  collection: string;
  list: SetAsideList;
}

/** A page of what all these tasks have set aside, the newest first; tasks with nothing set aside are left out. */
export function viewSetAside(tasks: readonly SetAsideTask[], skip: number, take: number): SetAsideView {
  const items = tasks.flatMap(itemsOf).toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  const views = tasks.map(viewTask).filter(({ count, retrying }) => count > 0 || retrying);
  const total = views.reduce((sum, { count }) => sum + count, 0);
  return { total, skip, take, tasks: views, items: items.slice(skip, skip + take) };
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

function itemsOf({ direction, task, collection, list }: SetAsideTask): SetAsideItem[] {
  return list.documents.map(
    ({ documentId, copyId, kind, reason, line, column, etag, count, at, firstAt }) => ({
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
    }),
  );
}

function otherSide(direction: 'out' | 'in', { owner, requester }: TaskKey): string {
  return direction === 'out' ? requester : owner;
}
