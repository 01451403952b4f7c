import type { TaskKey } from '@nestjs-spark/contracts';
import type { SetAsideList } from '@nestjs-spark/set-aside/internal';
import { redact } from '@nestjs-spark/foundation/internal';

/** A task that has set documents aside, on the side where it did: `out` at the owner, `in` at the requester. */
export interface SetAsideTask {
  direction: 'out' | 'in';
  task: TaskKey;
  collection: string;
  list: SetAsideList;
}

/** Which task it is, as this module sees it. */
export interface SetAsidePlace {
  direction: 'out' | 'in';
  /** The module on the other side. */
  module: string;
  task: string;
}

export interface SetAsideItem extends SetAsidePlace {
  collection: string;
  documentId: string;
  /** The copy that this module's store refused; null where a script failed. */
  copyId: string | null;
  kind: string;
  reason: string;
  /** 1-based place in the script; null where there is none. */
  line: number | null;
  column: number | null;
  /** The owner's etag of the version that failed. */
  etag: number;
  count: number;
  /** ISO 8601, UTC. */
  firstAt: string;
  lastAt: string;
}

export interface SetAsideTaskView extends SetAsidePlace {
  collection: string;
  count: number;
  /** How many of `count`, at most, are not kept one by one. */
  notListed: number;
  /** Some of it is to be run again. */
  retrying: boolean;
}

/** The body of `GET /spark/etl/set-aside`. */
export interface SetAsideView {
  total: number;
  skip: number;
  take: number;
  tasks: SetAsideTaskView[];
  items: SetAsideItem[];
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
      // A store's words may quote an address with its password.
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
