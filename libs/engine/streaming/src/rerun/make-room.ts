import type { ChangePage } from '@nestjs-spark/contracts/internal';

/** A page split around a range without changes in the collection. */
export interface Room {
  before: ChangePage | null;
  /** Covers at least one etag and has no changes: reruns can be published under it. */
  room: ChangePage;
  after: ChangePage | null;
}

/**
 * Finds such a range, as late in the page as possible. A set has to cover etags that no other set covers, or the requester takes
 * it for one that it already has, and reruns have no etags of their own. Null when every etag has a change.
 */
export function makeRoom(page: ChangePage): Room | null {
  const { changes } = page;
  for (let at = changes.length; at >= 0; at--) {
    const from = (changes[at - 1]?.etag ?? page.from - 1) + 1;
    const to = at === changes.length ? page.to : (changes[at]?.etag ?? page.to) - 1;
    if (to < from) continue;
    const isLast = at === changes.length;
    const room = { ...page, from, to, changes: [], drained: page.drained && isLast };
    const before = at === 0 ? null : { ...page, to: from - 1, changes: changes.slice(0, at), drained: false };
    return { before, room, after: isLast ? null : { ...page, from: to + 1, changes: changes.slice(at) } };
  }
  return null;
}
